import { describe, expect, test } from 'vitest';
import { cases } from './cases.ts';
import { nameOf, render } from './helm.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

describe.for(Object.keys(cases))('permissions: %s', (name) => {
  test('has no wildcard, no impersonation, and at most one Secret, by its name', async () => {
    for (const manifest of await render(cases[name])) {
      for (const rule of (manifest['rules'] as Rule[] | undefined) ?? []) {
        if (!manifest.kind.endsWith('Role')) continue;
        const words = [...rule.apiGroups, ...rule.resources, ...rule.verbs];
        expect(words, nameOf(manifest)).not.toContain('*');
        if (words.includes('secrets')) expect(rule.verbs, nameOf(manifest)).toEqual(['get']);
        for (const verb of ['impersonate', 'escalate', 'bind'])
          expect(rule.verbs, nameOf(manifest)).not.toContain(verb);
      }
    }
  });
});

const rulesOf = async (values: object, role: string): Promise<Rule[]> => {
  const manifest = (await render(values)).find(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role,
  );
  return (manifest?.['rules'] as Rule[] | undefined) ?? [];
};
const WEBHOOK = 'jtr-job-template-run-webhook';
const resources = (rules: Rule[]): string[] => rules.flatMap((rule) => rule.resources);

describe('a feature that is turned off needs no permission', () => {
  test.each([
    ['admission.warnings.missingSecrets', { admission: { warnings: { missingSecrets: false } } }, 'secrets'],
    ['admission.warnings.missingConfigMaps', { admission: { warnings: { missingConfigMaps: false } } }, 'configmaps'],
    [
      'admission.warnings.missingServiceAccounts',
      { admission: { warnings: { missingServiceAccounts: false } } },
      'serviceaccounts',
    ],
    [
      'admission.warnings.missingPersistentVolumeClaims',
      { admission: { warnings: { missingPersistentVolumeClaims: false } } },
      'persistentvolumeclaims',
    ],
    [
      'admission.warnings.missingPriorityClasses',
      { admission: { warnings: { missingPriorityClasses: false } } },
      'priorityclasses',
    ],
    ['admission.dryRun.enabled', { admission: { dryRun: { enabled: false } } }, 'jobs'],
  ])('%s', async (_, values, resource) => {
    expect(resources(await rulesOf({}, WEBHOOK))).toContain(resource);
    expect(resources(await rulesOf(values, WEBHOOK))).not.toContain(resource);
  });

  test.each([
    ['syncer.reads.pods', { pods: false }, 'create'],
    ['syncer.reads.events', { events: false }, 'pods: list, create'],
    ['nothing', {}, 'pods: list, create,list'],
  ])('%s of the syncer', async (_, reads, expected) => {
    const rules = await rulesOf({ syncer: { reads } }, 'jtr-job-template-run-syncer');
    const pods = rules.filter(({ resources: of }) => of.includes('pods')).map(({ verbs }) => `pods: ${verbs.join()}`);
    const events = rules.filter(({ resources: of }) => of.includes('events')).map(({ verbs }) => verbs.join());
    expect([...pods, ...events].join(', ')).toBe(expected);
  });

  test('only authorization.mode Use without policies grants permission to check who may use a template', async () => {
    const authorization = { mode: 'Use' };
    const review = 'subjectaccessreviews';
    expect(resources(await rulesOf({}, WEBHOOK))).not.toContain(review);
    expect(resources(await rulesOf({ policies: { enabled: false } }, WEBHOOK))).not.toContain(review);
    expect(resources(await rulesOf({ authorization }, WEBHOOK))).not.toContain(review);
    expect(resources(await rulesOf({ authorization, policies: { enabled: false } }, WEBHOOK))).toContain(review);
  });
});

test('in authorization.mode Use, the Pod of helm test may use its template', async () => {
  const role = (await render({ authorization: { mode: 'Use' } })).find(
    ({ kind, metadata }) => kind === 'Role' && metadata.name === 'jtr-job-template-run-test',
  );
  expect(role?.['rules']).toContainEqual({
    apiGroups: ['hematoscope.app'],
    resources: ['jobtemplates'],
    verbs: ['create', 'delete', 'use'],
  });
});

describe('roles for users', () => {
  const name = (suffix: string): string => `jtr-job-template-run-${suffix}`;

  const READ = ['get', 'list', 'watch'];

  test.each([
    ['view', [READ]],
    // Aggregated to roles that have -view, too.
    ['edit', []],
    ['runner', [READ]],
  ])('-%s grants no write access to ClusterJobTemplates', async (suffix, expected) => {
    const rules = await rulesOf({}, name(suffix));
    expect(resources(rules)).toContain('jobruns');
    const verbs = rules.filter(({ resources: of }) => of.includes('clusterjobtemplates')).map((rule) => rule.verbs);
    expect(verbs).toEqual(expected);
  });

  test.each(['use', 'override'])('-%s grants only this verb, for both kinds of template', async (verb) => {
    expect(await rulesOf({}, name(verb))).toEqual([
      { apiGroups: ['hematoscope.app'], resources: ['jobtemplates', 'clusterjobtemplates'], verbs: [verb] },
    ]);
  });

  test.each([
    ['view', ['admin', 'edit', 'view']],
    ['edit', ['admin', 'edit']],
    ['use', ['admin', 'edit']],
    ['override', ['admin', 'edit']],
    ['runner', []],
    ['cluster-template-editor', []],
  ])('-%s is aggregated to %s', async (suffix, roles) => {
    const manifests = await render({});
    const role = manifests.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name(suffix));
    const labels = Object.keys((role?.metadata as { labels?: object } | undefined)?.labels ?? {});
    const prefix = 'rbac.authorization.k8s.io/aggregate-to-';
    const parts = labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
    expect(parts.sort()).toEqual(roles);
  });
});

test('a callback can read only the Secrets that callbacks.secrets names, in their namespaces', async () => {
  const manifests = await render(cases['callbacks are permitted']);
  const roles = manifests.filter(({ kind, metadata }) => kind === 'Role' && metadata.name.endsWith('-callbacks'));
  expect(roles.map(({ metadata, rules }) => [metadata.namespace, rules])).toEqual([
    ['team-a', [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['callback', 'other'], verbs: ['get'] }]],
    ['team-b', [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['callback'], verbs: ['get'] }]],
  ]);
  const syncer = manifests.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.endsWith('-syncer'));
  expect(JSON.stringify(syncer)).not.toContain('secrets');
  const bindings = manifests.filter(
    ({ kind, metadata }) => kind === 'RoleBinding' && metadata.name.endsWith('-callbacks'),
  );
  expect(bindings).toHaveLength(2);
});
