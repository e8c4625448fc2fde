import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANNOTATION_CANCELLED_BY,
  ANNOTATION_REQUESTED_BY,
  ANNOTATION_RESTORED,
  LABEL_VELERO_RESTORE,
} from '../../api/names.ts';
import type { JobRun } from '../../api/job-run.ts';
import { CONTROLLER_REVISIONS, JOB_RUNS } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { TOO_LONG_ANNOTATIONS } from './api-server-words.ts';
import { expectSuccess } from './command-results.ts';
import { labeled, PoliciesEnvironment, refusalOf, requesterOf, type User } from './policies-environment.ts';
import { eventually, jobRun, template } from './product-environment.ts';

let environment: PoliciesEnvironment;
let namespace: string;

beforeAll(async () => {
  environment = await PoliciesEnvironment.start();
  ({ namespace } = environment.tenant);
});
afterAll(async () => {
  await environment.stop();
});

const dryRun = true;
const tried = (user: User, manifest: object): Promise<string | undefined> =>
  refusalOf(environment.create(user, manifest, { dryRun }));

/** A new run of a user, and what others then do to it. */
async function createdRun(name: string, spec: object = {}, metadata: object = {}) {
  await environment.create('anna', jobRun(name, 'echo', spec, metadata));
  const key = { namespace, name };
  return {
    key,
    changed: (user: User, body: object): Promise<string | undefined> =>
      refusalOf(environment.as(user).patch(JOB_RUNS, key, body)),
    requester: async (): Promise<string | undefined> => requesterOf(await environment.as('anna').get(JOB_RUNS, key)),
  };
}

const marked = (requester: string | null): object => ({ annotations: { [ANNOTATION_REQUESTED_BY]: requester } });

it('the API server finds no mistake in the types of the policies', async () => {
  for (const policy of ['requester', 'revisions', 'permission', 'metadata']) {
    const name = `job-template-run-${policy}`;
    await eventually(`the type check of ${name}`, async () => {
      const command = ['get', 'validatingadmissionpolicy', name, '-o', 'jsonpath={.status}'];
      const { stdout } = expectSuccess(await environment.product.kubectl(command));
      if (!stdout.includes('observedGeneration')) return false;
      expect(stdout).not.toContain('expressionWarnings');
      return true;
    });
  }
});

describe('revisions', () => {
  const revisions = async (name: string): Promise<ControllerRevision[]> => {
    const labelSelector = `hematoscope.app/job-template=${name}`;
    return (
      await environment.product.client.list<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, labelSelector })
    ).items;
  };
  /** A template whose revision the product has stored. */
  const stored = async (name: string): Promise<ControllerRevision> => {
    await environment.tenant.applied(template(name));
    await eventually('the revision', async () => (await revisions(name)).length === 1);
    const [revision] = await revisions(name);
    return revision!;
  };
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobTemplate', name: 'other', uid: 'x', controller: true };

  it('are created only by the product, however many permissions a user has', async () => {
    const create = (client = environment.as('ben')) =>
      refusalOf(client.create(CONTROLLER_REVISIONS, namespace, labeled('forged'), { dryRun }));
    expect(await create()).toContain('only job-template-run creates it; leave the label out, or change the template');
    expect(await create(environment.product.client)).toContain('only job-template-run creates it');
  });

  it('do not come from other ControllerRevisions, which everybody can write as before', async () => {
    const { metadata, ...rest } = labeled('own');
    const key = { namespace, name: 'own' };
    const ben = environment.as('ben');
    await ben.create<ControllerRevision>(CONTROLLER_REVISIONS, namespace, { ...rest, metadata: { name: 'own' } });
    await ben.patch(CONTROLLER_REVISIONS, key, { revision: 2, metadata: { labels: { team: 'a' } } });
    const refusal = await refusalOf(ben.patch(CONTROLLER_REVISIONS, key, { metadata: { labels: metadata!.labels } }));
    expect(refusal).toContain('only job-template-run changes it; leave it as it is, or delete it');
  });

  it.each<[string, object]>([
    ['its label', { metadata: { labels: { 'hematoscope.app/template-revision': null } } }],
    ['the label of its template', { metadata: { labels: { 'hematoscope.app/job-template': 'other' } } }],
    ['its number', { revision: 99 }],
    ['when it was used', { metadata: { annotations: { 'hematoscope.app/last-used': '2099-01-01T00:00:00Z' } } }],
    ['its owner', { metadata: { ownerReferences: [owner] } }],
  ])('of the product cannot be changed: %s', async (_sentence, change) => {
    const { metadata } = await stored('history');
    const key = { namespace, name: metadata!.name! };
    for (const client of [environment.as('ben'), environment.product.client]) {
      expect(await refusalOf(client.patch(CONTROLLER_REVISIONS, key, change))).toContain(
        'only job-template-run changes',
      );
    }
  });

  it.each<[string, object]>([
    ['its uid', { uid: 'x' }],
    ['its kind', { kind: 'ClusterJobTemplate' }],
    ['its name', { name: 'other' }],
    ['its version', { apiVersion: 'hematoscope.app/v2' }],
    ['whether it is the controller', { controller: false }],
  ])('of the product keep their owner as it is: %s', async (_sentence, change) => {
    const { metadata } = await stored('history');
    const key = { namespace, name: metadata!.name! };
    const [before] = metadata!.ownerReferences!;
    const changed = (ownerReferences: object[]) =>
      refusalOf(environment.as('ben').patch(CONTROLLER_REVISIONS, key, { metadata: { ownerReferences } }, { dryRun }));
    expect(await changed([{ ...before, ...change }])).toContain('only job-template-run changes');
    expect(await changed([before!])).toBeUndefined();
  });

  it.each<[string, object]>([
    ['its owner references are removed', { metadata: { ownerReferences: null } }],
    ['it gets a finalizer', { metadata: { finalizers: ['example.com/mine'] } }],
  ])('of the product can be released: %s', async (_sentence, change) => {
    const { metadata } = await stored('history');
    const key = { namespace, name: metadata!.name! };
    expect(await refusalOf(environment.as('ben').patch(CONTROLLER_REVISIONS, key, change, { dryRun }))).toBeUndefined();
  });

  // The garbage collector notices a new kind of object within half a minute.
  it.each(['StatefulSet', 'DaemonSet'])('of a %s are written as before', async (kind) => {
    const name = kind.toLowerCase();
    const set = (image: string): object => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        ...(kind === 'StatefulSet' && { serviceName: name }),
        template: {
          // Its controller copies the labels to the revisions.
          metadata: { labels: { app: name, 'hematoscope.app/job-template': 'echo' } },
          spec: { containers: [{ name: 'main', image }] },
        },
      },
    });
    for (const [index, image] of ['busybox:1', 'busybox:2'].entries()) {
      await environment.tenant.applied(set(image));
      await eventually(`revision ${index + 1}`, async () => {
        const options = { namespace, labelSelector: `app=${name}` };
        const { items } = await environment.product.client.list<ControllerRevision>(CONTROLLER_REVISIONS, options);
        return items.length === index + 1;
      });
    }
    await environment.tenant.kubectl(['delete', kind, name]);
  });

  it('are deleted with their template by the garbage collector', { timeout: 180_000 }, async () => {
    await stored('cascading');
    expectSuccess(await environment.tenant.kubectl(['delete', 'jobtemplate', 'cascading']));
    await eventually('no revision', async () => (await revisions('cascading')).length === 0);
  });

  it('can be deleted by every user who has the permission', async () => {
    const { metadata } = await stored('unwanted');
    const key = { namespace, name: metadata!.name! };
    const request = environment.as('ben').delete(CONTROLLER_REVISIONS, key, { dryRun });
    expect(await refusalOf(request)).toBeUndefined();
  });
});

describe.for<[string, () => Promise<void>]>([
  ['while a webhook answers', () => Promise.resolve()],
  ['while no webhook answers', () => environment.stopWebhook()],
])('%s', ([sentence, begin]) => {
  const hasWebhook = sentence === 'while a webhook answers';
  const suffix = hasWebhook ? 'seen' : 'unseen';
  beforeAll(begin);

  describe('the requester', () => {
    it('is the user that creates the run, or absent', async () => {
      const run = await environment.create('anna', jobRun('plain', 'echo'), { dryRun });
      expect(requesterOf(run)).toBe(hasWebhook ? 'anna' : undefined);
      const own = await environment.create('anna', jobRun('own', 'echo', {}, marked('anna')), { dryRun });
      expect(requesterOf(own)).toBe('anna');
    });

    it.each<[string, object]>([
      ['of another user', marked('ben')],
      ['that is empty', marked('')],
      ['from a backup', { ...marked('ben'), labels: { [LABEL_VELERO_RESTORE]: 'b' } }],
    ])('is never the one in a manifest: %s', async (_sentence, metadata) => {
      const request = environment.create('anna', jobRun('forged', 'echo', {}, metadata), { dryRun });
      if (hasWebhook) {
        const { annotations } = (await request).metadata;
        expect(annotations).toMatchObject({ [ANNOTATION_REQUESTED_BY]: 'anna', [ANNOTATION_RESTORED]: 'Hold' });
      } else {
        expect(await refusalOf(request)).toContain(
          'set at admission to the user that creates the JobRun; leave it out',
        );
      }
    });

    it.each([{ annotations: null }, { annotations: {} }, { labels: null }])('can be absent: %j', async (metadata) => {
      expect(await tried('anna', jobRun('without', 'echo', {}, metadata))).toBeUndefined();
    });

    it.each<[string, object]>([
      ['that names its creator', marked('anna')],
      ['that names nobody', {}],
    ])('of a run %s does not change', async (_sentence, metadata) => {
      const { requester, changed } = await createdRun(`${Object.keys(metadata).length}-${suffix}`, {}, metadata);
      const before = await requester();
      for (const change of ['ben', '', before === undefined ? 'anna' : null]) {
        const refusal = await changed('ben', { metadata: marked(change) });
        // The webhook sets it back.
        if (hasWebhook) expect(refusal).toBeUndefined();
        else expect(refusal).toContain('cannot be changed; leave it');
        expect(await requester()).toBe(before);
      }
      expect(await changed('ben', { metadata: { labels: { team: 'a' } } })).toBeUndefined();
    });
  });

  describe('the user that cancels a run', () => {
    const by = (user: string | null): object => ({ annotations: { [ANNOTATION_CANCELLED_BY]: user } });
    const cancelled = async (key: { namespace: string; name: string }): Promise<string | undefined> => {
      const { metadata } = await environment.as('anna').get<JobRun>(JOB_RUNS, key);
      return metadata.annotations?.[ANNOTATION_CANCELLED_BY];
    };

    it('is the user of the request that sets the field, or absent, and needs no more than to update the run', async () => {
      const { key, changed } = await createdRun(`cancelled-${suffix}`);
      expect(await changed('ben', { spec: { cancel: true } })).toBeUndefined();
      expect(await cancelled(key)).toBe(hasWebhook ? 'ben' : undefined);
    });

    it('can be set by that user', async () => {
      const { key, changed } = await createdRun(`cancelled-own-${suffix}`);
      expect(await changed('ben', { spec: { cancel: true }, metadata: by('ben') })).toBeUndefined();
      expect(await cancelled(key)).toBe('ben');
    });

    it.each(['anna', ''])('is never the one in a patch: "%s"', async (user) => {
      const { key, changed } = await createdRun(`forged-${user.length}-${suffix}`);
      const refusal = await changed('ben', { spec: { cancel: true }, metadata: by(user) });
      // The webhook corrects it.
      if (hasWebhook) expect(await cancelled(key)).toBe('ben');
      else expect(refusal).toContain('set at admission to the user that cancels the JobRun; leave it out');
    });

    it.each([
      ['created with the field', { cancel: true }, 'anna', 'leave it out'],
      ['created without it', {}, undefined, 'cannot be changed; leave it out'],
      ['created with it set to false', { cancel: false }, undefined, 'cannot be changed; leave it out'],
    ])('is never the one in the manifest of a run that is %s', async (_sentence, spec, user, sentence) => {
      const request = environment.create('anna', jobRun('new', 'echo', spec, by('ben')), { dryRun });
      if (hasWebhook) expect((await request).metadata.annotations?.[ANNOTATION_CANCELLED_BY]).toBe(user);
      else expect(await refusalOf(request)).toContain(sentence);
    });

    it('does not change, and does not appear later', async () => {
      const { key, changed } = await createdRun(`cancelled-once-${suffix}`);
      expect(await changed('ben', { metadata: by('ben') })).toEqual(
        hasWebhook ? undefined : (expect.stringContaining('cannot be changed; leave it out') as string),
      );
      expect(await cancelled(key)).toBeUndefined();
      await changed('ben', { spec: { cancel: true }, metadata: by('ben') });
      for (const change of ['anna', null]) {
        const refusal = await changed('anna', { metadata: by(change) });
        if (!hasWebhook) expect(refusal).toContain('cannot be changed; leave it as it is: "ben"');
        expect(await cancelled(key)).toBe('ben');
      }
      expect(await changed('anna', { metadata: { labels: { team: 'a' } } })).toBeUndefined();
    });
  });

  describe('metadata', () => {
    const entries = (count: number, key: (index: number) => string, value: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [key(index), value]));
    const labels = (count: number): object => ({
      labels: entries(count, (index) => `l${index}`.padEnd(63, 'x'), 'v'.repeat(37)),
    });
    const owners = (count: number): object[] =>
      Array.from({ length: count }, (_, index) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'p'.repeat(75),
        uid: `u${index}`.padEnd(20, 'x'),
      }));
    const finalizers = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${`f${index}`.padEnd(63, 'x')}.io/${'x'.repeat(33)}`);
    const refusal = async (request: Promise<unknown>): Promise<string> => {
      const error = await request.then(
        () => new Error('accepted'),
        (reason: unknown) => reason as Error,
      );
      return error.message;
    };
    const MOST = 'can have at most 262144; put large data into a ConfigMap';

    // Each has 100 characters.
    it.each<[string, (hundreds: number) => object]>([
      ['labels', labels],
      ['owner references', (count) => ({ ownerReferences: owners(count) })],
      ['finalizers', (count) => ({ finalizers: finalizers(count) })],
    ])('of a run has at most 256 KiB: %s', async (_sentence, metadata) => {
      const created = (count: number) =>
        environment.create('anna', jobRun('large', 'echo', {}, metadata(count)), { dryRun });
      expect(await refusal(created(2_650))).toContain(MOST);
      expect(await refusal(created(1_000))).toBe('accepted');
    });

    it('of a run has at most 256 KiB in all', async () => {
      const annotations = { note: 'x'.repeat(200_000) };
      const created = (more: object) =>
        environment.create('anna', jobRun('large', 'echo', {}, { annotations, ...more }), { dryRun });
      expect(await refusal(created(labels(700)))).toContain(MOST);
      expect(await refusal(created(labels(100)))).toBe('accepted');
    });

    it('has annotations of at most 256 KiB for Kubernetes itself', async () => {
      const annotations = { note: 'x'.repeat(262_144) };
      const request = environment.create('anna', jobRun('large', 'echo', {}, { annotations }), { dryRun });
      expect(await refusal(request)).toContain(TOO_LONG_ANNOTATIONS);
    });

    it('of a run that is stored does not grow beyond that', async () => {
      const { key } = await createdRun(`grows-${suffix}`);
      const changed = (count: number) =>
        environment.as('ben').patch(JOB_RUNS, key, { metadata: labels(count) }, { dryRun });
      expect(await refusal(changed(2_650))).toContain(MOST);
      expect(await refusal(changed(1_000))).toBe('accepted');
    });

    it.each(['JobTemplate', 'ClusterJobTemplate'])('of a %s has at most 256 KiB', async (kind) => {
      const manifest = { ...template('large'), kind, metadata: { name: 'large', ...labels(2_650) } };
      const { stderr } = await environment.tenant.kubectl(['create', '--dry-run=server', '-f', '-'], manifest);
      expect(stderr).toContain(MOST);
    });
  });

  describe('the verb "use"', () => {
    const everywhere = { templateKind: 'ClusterJobTemplate' };

    it.each<[User, string, object]>([
      ['anna', 'echo', {}],
      ['uma', 'echo', {}],
      ['anna', 'everywhere', everywhere],
    ])('%s may run %s %j', async (user, templateRef, spec) => {
      expect(await tried(user, jobRun('used', templateRef, spec))).toBeUndefined();
    });

    it.each<[User, string, object, string]>([
      ['ben', 'echo', {}, 'on jobtemplates.hematoscope.app "echo" in namespace "tenant-1"; ask an administrator'],
      ['anna', 'other', {}, 'on jobtemplates.hematoscope.app "other" in namespace "tenant-1"'],
      // He may use it as a JobTemplate of this namespace.
      ['ben', 'everywhere', everywhere, 'on clusterjobtemplates.hematoscope.app "everywhere" in the cluster'],
      ['anna', 'echo', everywhere, 'on clusterjobtemplates.hematoscope.app "echo" in the cluster'],
    ])('%s may not run %s %j', async (user, templateRef, spec, where) => {
      const refusal = await tried(user, jobRun('used', templateRef, spec));
      expect(refusal).toContain(`user "${user}" cannot use `);
      expect(refusal).toContain(`this requires the verb "use" ${where}`);
    });
  });

  it.each<object>([
    { args: ['a'], command: [], env: [{ name: 'A', value: 'b' }] },
    { containers: [{ name: 'main', args: ['a'], env: [], envFrom: [] }] },
    { parallelism: null, suspend: null, tolerations: null, nodeSelector: null },
    { resources: null },
    { resources: { limits: null } },
    { resources: { limits: { cpu: null } } },
    { containers: [{ name: 'main', resources: { requests: { cpu: null }, limits: null } }] },
    { nodeSelector: { a: null } },
    { metadata: {} },
    { metadata: { labels: null, annotations: { a: null } } },
  ])('a run can set %j without the verb "override"', async (spec) => {
    expect(await tried('uma', jobRun('within', 'echo', spec))).toBeUndefined();
  });

  it.each<[string, object]>([
    ['parallelism', { parallelism: 2 }],
    ['completions', { completions: 0 }],
    ['backoffLimit', { backoffLimit: 1 }],
    ['activeDeadlineSeconds', { activeDeadlineSeconds: 60 }],
    ['ttlSecondsAfterFinished', { ttlSecondsAfterFinished: 0 }],
    ['suspend', { suspend: false }],
    ['image', { image: 'busybox:2' }],
    ['image', { containers: [{ name: 'main', image: 'busybox:2' }] }],
    ['resources', { resources: {} }],
    ['resources', { resources: { limits: {} } }],
    ['resources', { containers: [{ name: 'main', resources: { limits: { cpu: '1' } } }] }],
    ['resources', { resources: { claims: [{ name: 'gpu' }] } }],
    ['nodeSelector', { nodeSelector: {} }],
    ['nodeSelector', { nodeSelector: { disk: 'ssd', zone: null } }],
    ['tolerations', { tolerations: [] }],
    ['priorityClassName', { priorityClassName: '' }],
    ['labels', { metadata: { labels: { team: 'a' } } }],
    ['annotations', { metadata: { annotations: {} } }],
    ['parallelism, labels', { parallelism: 2, metadata: { labels: {} } }],
  ])('a run can set %s only with the verb "override": %j', async (names, spec) => {
    const manifest = jobRun('beyond', 'echo', spec);
    const sentence = `user "uma" cannot override ${names} of JobTemplate "echo": this requires the verb "override" on jobtemplates.hematoscope.app "echo"`;
    expect(await tried('uma', manifest)).toContain(sentence);
    expect(await tried('anna', manifest)).toBeUndefined();
  });

  it('a change of suspend needs the verb "override", also while the run is being deleted', async () => {
    // The null makes the object differ from itself in older versions of CEL.
    const spec = { suspend: true, resources: { limits: null } };
    const { key, changed } = await createdRun(`held-${suffix}`, spec, { finalizers: ['example.com/mine'] });
    const sentence = 'user "uma" cannot override suspend of JobTemplate "echo"';
    expect(await changed('uma', { spec: { suspend: false } })).toContain(sentence);
    expect(await changed('uma', { spec: { suspend: null } })).toContain(sentence);
    expect(await changed('anna', { spec: { suspend: false } })).toBeUndefined();
    expect(await changed('ben', { metadata: { labels: { team: 'a' } } })).toBeUndefined();
    const status = { ...key, subresource: 'status' };
    await environment.as('ben').patch(JOB_RUNS, status, { status: { phase: 'Running' } });
    await environment.as('ben').delete(JOB_RUNS, key);
    expect(await changed('uma', { spec: { suspend: true } })).toContain(sentence);
    expect(await changed('ben', { metadata: { finalizers: null } })).toBeUndefined();
  });
});
