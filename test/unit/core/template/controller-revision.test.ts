import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { describe, expect, test } from 'vitest';
import type { ClusterJobTemplate, JobTemplate } from '../../../../api/job-template.ts';
import {
  controllerRevision,
  controllerRevisionName,
  identityOfRevision,
  ownerUid,
  revisionNamespace,
  revisionSelector,
  versionOfRevision,
} from '../../../../core/template/controller-revision.ts';
import type { ControllerRevision } from '../../../../api/wire.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { echoTemplate } from '../objects.ts';

const template: JobTemplate = { ...echoTemplate(), parameters: [{ name: 'day' }], overrides: { allow: ['args'] } };
const cluster: ClusterJobTemplate = {
  ...template,
  kind: 'ClusterJobTemplate',
  metadata: { name: 'echo', uid: 'u', generation: 3 },
};

test('a template read from its revision equals the stored template', () => {
  const { spec, parameters, overrides } = template;
  const back = versionOfRevision(controllerRevision(versionOfTemplate(template), 'team'));
  const { key, uid, generation, compiled } = versionOfTemplate(template);
  expect(back).toMatchObject({ key, uid, generation, compiled: { revision: compiled.revision } });
  expect(back?.compiled.content).toEqual({ spec, parameters, overrides });
});

test('a ClusterJobTemplate read from its revision has no namespace', () => {
  const back = versionOfRevision(controllerRevision(versionOfTemplate(cluster), 'system'));
  expect(back).toMatchObject({ key: { kind: 'ClusterJobTemplate', name: 'echo' }, uid: 'u', generation: 3 });
  expect(back?.key).not.toHaveProperty('namespace');
});

test('the template owns its revision, and the revision is found by label', () => {
  const { metadata, revision } = controllerRevision(versionOfTemplate(template), 'team');
  expect(metadata).toMatchObject({
    name: `echo-${templateRevision(template)}`,
    namespace: 'team',
    labels: {
      'hematoscope.app/job-template': 'echo',
      'hematoscope.app/template-revision': templateRevision(template),
    },
    ownerReferences: [{ kind: 'JobTemplate', name: 'echo', uid: template.metadata.uid, controller: true }],
  });
  expect(revision).toBe(template.metadata.generation);
});

test.each([
  [
    'content that does not match its hash',
    {
      data: { kind: 'JobTemplate', name: 'echo', uid: 'u', generation: 1, content: echoTemplate({ backoffLimit: 9 }) },
    },
  ],
  ['no data', { data: undefined }],
  ["another controller's data", { data: { spec: { template: {} } } }],
  ['content without a JobSpec', { data: { kind: 'JobTemplate', name: 'echo', uid: 'u', generation: 1, content: {} } }],
])('a revision with %s contains no template', (_, change) => {
  expect(versionOfRevision({ ...controllerRevision(versionOfTemplate(template), 'team'), ...change })).toBeUndefined();
});

test('names differ between the kinds, and have at most 253 characters', () => {
  const long = 'a'.repeat(250);
  const names = [
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: 'echo' }, '0123456789'),
    controllerRevisionName({ kind: 'ClusterJobTemplate', name: 'echo' }, '0123456789'),
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: `${long}a` }, '0123456789'),
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: `${long}b` }, '0123456789'),
  ];
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])$/);
});

describe('the name of a revision', () => {
  const nameOf = (name: string, kind: 'JobTemplate' | 'ClusterJobTemplate' = 'JobTemplate') =>
    controllerRevisionName({ kind, name }, '0123456789');

  test('consists of the name of the template, the kind if the template has no namespace, and the hash', () => {
    expect(nameOf('echo')).toBe('echo-0123456789');
    expect(nameOf('echo', 'ClusterJobTemplate')).toBe('echo-0123456789-cluster');
  });

  test('is not cut up to 253 characters', () => {
    expect(nameOf('a'.repeat(242))).toBe(`${'a'.repeat(242)}-0123456789`);
    expect(nameOf('a'.repeat(243))).toMatch(/^a{231}-[0-9a-f]{10}-0123456789$/);
    expect(nameOf('a'.repeat(243))).toHaveLength(253);
  });

  test('is cut to a valid name: no dot or dash comes before the hash', () => {
    expect(nameOf(`${'a'.repeat(229)}.-${'b'.repeat(20)}`)).toMatch(/^a{229}-[0-9a-f]{10}-0123456789$/);
    expect(nameOf(`${'a'.repeat(100)}.-${'b'.repeat(148)}`)).toMatch(/^a{100}\.-b{129}-[0-9a-f]{10}-0123456789$/);
  });
});

test('revisions are stored beside their template, or in the namespace of the release', () => {
  expect(revisionNamespace({ kind: 'JobTemplate', namespace: 'team', name: 'echo' }, 'system')).toBe('team');
  expect(revisionNamespace({ kind: 'ClusterJobTemplate', name: 'echo' }, 'system')).toBe('system');
});

test('revisions are found by their own label, and by that of their template, whose value is cut to 63 characters', () => {
  const own = 'hematoscope.app/template-revision';
  const selector = (kind: 'JobTemplate' | 'ClusterJobTemplate', name: string) => revisionSelector({ kind, name });
  expect(selector('JobTemplate', 'echo')).toBe(`hematoscope.app/job-template=echo,${own}`);
  expect(selector('ClusterJobTemplate', 'echo')).toBe(`hematoscope.app/cluster-job-template=echo,${own}`);
  expect(selector('JobTemplate', 'a'.repeat(99))).toBe(`hematoscope.app/job-template=${'a'.repeat(63)},${own}`);
});

describe('the template of a revision', () => {
  const stored = controllerRevision(versionOfTemplate(template), 'team');
  const revision = templateRevision(template);
  const data = stored.data as Record<string, unknown>;
  const changed = (metadata: object, more: Partial<ControllerRevision> = {}): ControllerRevision => ({
    ...stored,
    ...more,
    metadata: { ...stored.metadata, ...metadata },
  });
  const owner = stored.metadata!.ownerReferences![0]!;

  test('is determined by its data, its labels and its name', () => {
    const key = { kind: 'JobTemplate', namespace: 'team', name: 'echo' };
    expect(identityOfRevision(stored)).toStrictEqual({ key, revision });
    expect(identityOfRevision(controllerRevision(versionOfTemplate(cluster), 'system'))).toStrictEqual({
      key: { kind: 'ClusterJobTemplate', name: 'echo' },
      revision: templateRevision(cluster),
    });
  });

  test.each<[string, object]>([
    ['it has no owner any more', { ownerReferences: undefined }],
    ['its list of owners is empty', { ownerReferences: [] }],
    ['it has another owner too', { ownerReferences: [{ ...owner, kind: 'ConfigMap' }, owner] }],
  ])('is known even if %s', (_, metadata) => {
    expect(identityOfRevision(changed(metadata))).toMatchObject({ revision });
    expect(versionOfRevision(changed(metadata))).toMatchObject({ compiled: { revision } });
  });

  test('has no namespace if the revision has none', () => {
    expect(identityOfRevision(changed({ namespace: undefined }))?.key).toStrictEqual({
      kind: 'JobTemplate',
      name: 'echo',
    });
  });

  test.each<[string, ControllerRevision]>([
    ['has no metadata', { revision: 1, data }],
    ['has no labels', changed({ labels: undefined })],
    ['has no label of a revision', changed({ labels: { 'hematoscope.app/job-template': 'echo' } })],
    ['has another name', changed({ name: 'echo' })],
    ['belongs to an object of another kind', changed({ ownerReferences: [{ ...owner, kind: 'ClusterJobTemplate' }] })],
    ['belongs to a template of another name', changed({ ownerReferences: [{ ...owner, name: 'other' }] })],
    ['has no data', changed({}, { data: null })],
    ['has a list as data', changed({}, { data: [] })],
    ['has a string as data', changed({}, { data: 'x' })],
    ...['kind', 'name', 'uid', 'generation', 'content'].flatMap((field): [string, ControllerRevision][] => [
      [`has no ${field} in its data`, changed({}, { data: { ...data, [field]: undefined } })],
      [`has a wrong ${field} in its data`, changed({}, { data: { ...data, [field]: [] } })],
    ]),
    ['has an unknown kind', changed({}, { data: { ...data, kind: 'CronJob' } })],
    ['has a spec that is not an object', changed({}, { data: { ...data, content: { spec: 'x' } } })],
  ])('is not known if it %s', (_, revisionOf) => {
    expect(identityOfRevision(revisionOf)).toBeUndefined();
    expect(versionOfRevision(revisionOf)).toBeUndefined();
  });

  test('has the uid of the owner, else the uid that it was stored for', () => {
    const others = [
      { ...owner, uid: 'other', controller: false },
      { ...owner, uid: 'again' },
    ];
    expect(ownerUid(changed({ ownerReferences: others }))).toBe('again');
    expect(versionOfRevision(changed({ ownerReferences: others }))?.uid).toBe('again');
    expect(ownerUid(changed({ ownerReferences: undefined }))).toBeUndefined();
    expect(ownerUid({})).toBeUndefined();
    expect(versionOfRevision(changed({ ownerReferences: undefined }))?.uid).toBe(template.metadata.uid);
  });
});

test('a stored revision is a ControllerRevision', () => {
  expect(controllerRevision(versionOfTemplate(cluster), 'system')).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      namespace: 'system',
      labels: { 'hematoscope.app/cluster-job-template': 'echo' },
      ownerReferences: [{ apiVersion: 'hematoscope.app/v1', kind: 'ClusterJobTemplate', uid: 'u' }],
    },
    revision: 3,
    data: { kind: 'ClusterJobTemplate', name: 'echo', uid: 'u', generation: 3 },
  });
});
