import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobTemplate, Template } from '../../api/job-template.ts';
import { ANNOTATION_REQUESTED_BY, API_VERSION } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, CONTROLLER_REVISIONS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { ControllerRevision, Job } from '../../api/wire.ts';
import { controllerRevision } from '../../core/template/controller-revision.ts';
import { templateRevision } from '../../core/template/template-revision.ts';
import { revisionStore } from '../unit/revisions/revision-stores.ts';
import { versionOfTemplate } from '../../core/template/template-version.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

let environment: SyncerEnvironment;

beforeAll(async () => {
  environment = await SyncerEnvironment.start();
});
afterEach(async () => {
  await environment.stopSyncers();
});
afterAll(async () => {
  await environment.stop();
});

/** What admission does: it stores the template's revision, pins the run to it, and records who asked. */
async function admit(template: Template, namespace: string, name: string, spec: object = {}): Promise<string> {
  await revisionStore(environment.client, 'default').keep(versionOfTemplate(template));
  const templateRevisionOfRun = templateRevision(template);
  await environment.run(namespace, name, {
    metadata: { annotations: { [ANNOTATION_REQUESTED_BY]: 'anna' } },
    spec: { templateRevision: templateRevisionOfRun, ...spec },
  });
  return templateRevisionOfRun;
}

const edit = (namespace: string, args: string[]): Promise<JobTemplate> => {
  const container = { name: 'echo', image: 'busybox', args };
  const spec = { template: { spec: { containers: [container] } } };
  return environment.client.patch<JobTemplate>(JOB_TEMPLATES, { namespace, name: 'echo' }, { spec });
};

const remove = async (namespace: string): Promise<void> => {
  await environment.client.delete(JOB_TEMPLATES, { namespace, name: 'echo' }, { propagationPolicy: 'Background' });
};

async function revisions(namespace: string): Promise<ControllerRevision[]> {
  const { items } = await environment.client.list<ControllerRevision>(CONTROLLER_REVISIONS, { namespace });
  return items;
}

const argsOf = (job: Job): unknown => job.spec?.template.spec?.containers[0]?.args;

describe('a run that was admitted before its template was edited', () => {
  it('gets the Job that was admitted, and reports which revision it is', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    const revision = await admit(template, namespace, 'hello');
    await edit(namespace, ['edited']);
    await environment.syncer();
    const { run, job } = await environment.withJob(namespace, 'hello');
    expect(argsOf(job)).toEqual(['template']);
    expect(job.metadata?.labels?.['app.kubernetes.io/version']).toBe(revision);
    expect(run.status?.template).toEqual({ revision, generation: 1, uid: template.metadata.uid });
  });

  it('fails rather than run something else if its revision no longer exists', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await environment.run(namespace, 'hello', { spec: { templateRevision: templateRevision(template) } });
    await edit(namespace, ['edited']);
    await environment.syncer();
    const run = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'RevisionNotFound' }),
    );
    expect(await environment.jobs(namespace)).toEqual([]);
  });
});

describe('a run of an older revision that no webhook has admitted', () => {
  it.each([
    ['closes its allow-list', { overrides: { allow: [] } }, 'spec.args: Forbidden'],
    ['allows only the present revision', { revisions: { allow: 'Present' } }, 'spec.templateRevision: Forbidden'],
  ])('fails after the template %s', async (_sentence, tightened, error) => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await revisionStore(environment.client, 'default').keep(versionOfTemplate(template));
    await edit(namespace, ['edited']);
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, tightened);
    await environment.syncer();
    await environment.run(namespace, 'escape', {
      spec: { templateRevision: templateRevision(template), args: ['mine'] },
    });
    const run = await environment.runThat(namespace, 'escape', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.error).toContain(error);
    expect(await environment.jobs(namespace)).toEqual([]);
  });

  it('fails if somebody else wrote the revision', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const forged = versionOfTemplate({
      ...(await environment.template(namespace, 'other', { backoffLimit: 5 })),
      metadata: { name: 'echo', namespace },
    });
    const { ownerReferences, ...metadata } = controllerRevision(forged, namespace).metadata!;
    expect(ownerReferences).toHaveLength(1);
    await environment.client.create(CONTROLLER_REVISIONS, namespace, {
      ...controllerRevision(forged, namespace),
      metadata,
    });
    await environment.syncer();
    await environment.run(namespace, 'forged', { spec: { templateRevision: forged.compiled.revision } });
    const run = await environment.runThat(namespace, 'forged', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions).toContainEqual(expect.objectContaining({ reason: 'RevisionNotFound' }));
    expect(await environment.jobs(namespace)).toEqual([]);
  });
});

describe('a run that was admitted before its template was deleted', () => {
  it('gets the Job that was admitted as long as the revision exists', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await admit(template, namespace, 'hello');
    // The garbage collector deletes the revision only after its owner.
    const [stored] = await revisions(namespace);
    const name = stored?.metadata?.name ?? '';
    await environment.client.patch(CONTROLLER_REVISIONS, { namespace, name }, { metadata: { ownerReferences: null } });
    await remove(namespace);
    await environment.syncer();
    const { job } = await environment.withJob(namespace, 'hello');
    expect(argsOf(job)).toEqual(['template']);
  });

  // The garbage collector changes the owner references with a patch that writes the whole object again. The data of a
  // ControllerRevision is immutable, byte for byte.
  it('keeps its revision if the template is deleted with --cascade=orphan', { timeout: 120_000 }, async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace, 'echo', {
      suspend: false,
      backoffLimit: 2,
      template: {
        metadata: { annotations: { b: 'x < y && z > 0 \u2028 "quoted" \\ é 😀', a: '' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'echo', image: 'busybox', args: ['template'] }] },
      },
    });
    const revision = await admit(template, namespace, 'hello');
    await environment.client.delete(JOB_TEMPLATES, { namespace, name: 'echo' }, { propagationPolicy: 'Orphan' });
    const templates = async () => (await environment.client.list(JOB_TEMPLATES, { namespace })).items;
    // The garbage collector discovers new kinds of owners twice a minute.
    await expect.poll(templates, { timeout: 90_000, interval: 500 }).toEqual([]);
    const [stored] = await revisions(namespace);
    expect(stored?.metadata).toMatchObject({ name: `echo-${revision}` });
    expect(stored?.metadata?.ownerReferences).toBeUndefined();
    await environment.syncer();
    const { job } = await environment.withJob(namespace, 'hello');
    expect(job.spec?.template.metadata?.annotations).toMatchObject(template.spec.template.metadata!.annotations!);
  });

  it('fails with the reason TemplateDeleted if the revision was deleted with the template', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await admit(template, namespace, 'hello');
    await remove(namespace);
    // The garbage collector discovers new kinds of owners twice a minute.
    await expect.poll(() => revisions(namespace), { timeout: 50_000 }).toEqual([]);
    await environment.syncer();
    const run = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'TemplateDeleted' }),
    );
    expect(run.status?.error).toMatch(/^JobTemplate "echo" was deleted, and its revision "[0-9a-f]{10}" with it/);
    expect(await environment.jobs(namespace)).toEqual([]);
  });

  it('never runs the content of a template that was recreated with the same name', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    await environment.run(namespace, 'hello', { spec: { templateRevision: templateRevision(template) } });
    await remove(namespace);
    await environment.template(namespace, 'echo', { backoffLimit: 3 });
    await environment.syncer();
    const run = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions).toContainEqual(expect.objectContaining({ reason: 'RevisionNotFound' }));
  });
});

describe('a run of a revision of a deleted template, once another template has its name', () => {
  it('fails, though the revision is still stored', async () => {
    const namespace = await environment.namespace();
    const template = await environment.template(namespace);
    const revision = await admit(template, namespace, 'hello');
    const [stored] = await revisions(namespace);
    const name = stored?.metadata?.name ?? '';
    await environment.client.patch(CONTROLLER_REVISIONS, { namespace, name }, { metadata: { ownerReferences: null } });
    await remove(namespace);
    await environment.template(namespace, 'echo', { backoffLimit: 3 });
    await environment.syncer();
    const run = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.conditions).toContainEqual(expect.objectContaining({ reason: 'RevisionNotFound' }));
    expect(run.status?.error).toContain(`no longer has the revision "${revision}"`);
    expect(await environment.jobs(namespace)).toEqual([]);
  });
});

describe('the history of a template', () => {
  it('grows with each edit, loses old unused revisions, and is deleted with the template', async () => {
    const namespace = await environment.namespace();
    const first = await environment.template(namespace);
    await admit(first, namespace, 'slow', { suspend: true });
    await environment.syncer({ revisionHistoryLimit: 1 }, { revisionGraceMs: 0 });
    await environment.withJob(namespace, 'slow');
    const edits = ['a', 'b', 'c'];
    const present: string[] = [];
    for (const text of edits) {
      const revision = templateRevision(await edit(namespace, [text]));
      present.push(revision);
      await expect.poll(async () => (await names(namespace)).includes(revision), { timeout: 10_000 }).toBe(true);
    }
    // The current revision, one of the history, and the one that an unfinished run is pinned to.
    const [, b = '', c = ''] = present;
    await expect.poll(() => names(namespace), { timeout: 10_000 }).toEqual([templateRevision(first), b, c].sort());
    const { job } = await environment.withJob(namespace, 'slow');
    await environment.complete(job);
    await environment.runThat(namespace, 'slow', ({ status }) => status?.phase === 'Succeeded');
    await expect.poll(() => names(namespace), { timeout: 10_000 }).toEqual([b, c].sort());
    const d = templateRevision(await edit(namespace, ['d']));
    await expect.poll(() => names(namespace), { timeout: 10_000 }).toEqual([c, d].sort());
    await remove(namespace);
    // The garbage collector discovers new kinds of owners twice a minute.
    await expect.poll(() => revisions(namespace), { timeout: 50_000 }).toEqual([]);
  });

  it('reuses the revision of earlier content as the newest', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.syncer();
    const one = templateRevision(await edit(namespace, ['one']));
    await expect.poll(async () => (await names(namespace)).includes(one)).toBe(true);
    const two = templateRevision(await edit(namespace, ['two']));
    await expect.poll(async () => (await names(namespace)).includes(two)).toBe(true);
    await edit(namespace, ['one']);
    const store = revisionStore(environment.client, 'default');
    const key = { kind: 'JobTemplate', namespace, name: 'echo' } as const;
    await expect.poll(async () => (await store.list(key))[0], { timeout: 10_000 }).toBe(one);
  });

  it('is not written again when a syncer restarts', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const before = await environment.syncer();
    await expect.poll(() => revisions(namespace)).toHaveLength(1);
    await before.stop();
    await environment.stopSyncers();
    await environment.syncer();
    await environment.run(namespace, 'later');
    await environment.withJob(namespace, 'later');
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      expect(environment.sent(method, /controllerrevisions/), method).toBe(0);
    }
  });

  const names = async (namespace: string): Promise<string[]> =>
    (await revisions(namespace))
      .map(({ metadata }) => metadata?.labels?.['hematoscope.app/template-revision'] ?? '')
      .sort();
});

describe('a ClusterJobTemplate', () => {
  it('can be used from another namespace, and has its history in the namespace of the release', async () => {
    const namespace = await environment.namespace();
    const release = await environment.namespace();
    const metadata = { name: 'everywhere' };
    const container = { name: 'echo', image: 'busybox', args: ['cluster'] };
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [container] } } };
    await environment.client.create(CLUSTER_JOB_TEMPLATES, undefined, {
      apiVersion: API_VERSION,
      kind: 'ClusterJobTemplate',
      metadata,
      spec,
    });
    await environment.syncer({ podNamespace: release });
    await environment.run(namespace, 'hello', {
      spec: { templateRef: 'everywhere', templateKind: 'ClusterJobTemplate' },
    });
    const { job } = await environment.withJob(namespace, 'hello');
    expect(argsOf(job)).toEqual(['cluster']);
    expect(job.metadata?.labels).toMatchObject({ 'hematoscope.app/cluster-job-template': 'everywhere' });
    expect(job.metadata?.labels).not.toHaveProperty('hematoscope.app/job-template');
    await expect.poll(() => revisions(release)).toHaveLength(1);
    expect(await revisions(namespace)).toEqual([]);
  });
});

describe('spec.suspend of a run', () => {
  const set = (namespace: string, suspend: boolean | null): Promise<unknown> =>
    environment.client.patch(JOB_RUNS, { namespace, name: 'held' }, { spec: { suspend } });
  const isSuspended = async (namespace: string, job: Job): Promise<boolean> => {
    const stored = await environment.client.get<Job>(JOBS, { namespace, name: job.metadata?.name ?? '' });
    return stored.spec?.suspend === true;
  };

  it('suspends and resumes the Job, and is reported in Events', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'held', { spec: { suspend: true } });
    const { job } = await environment.withJob(namespace, 'held');
    expect(await isSuspended(namespace, job)).toBe(true);
    for (const suspend of [false, true, null]) {
      await set(namespace, suspend);
      await expect.poll(() => isSuspended(namespace, job)).toBe(suspend === true);
    }
    await environment.runThat(namespace, 'held', ({ status }) => status?.observedGeneration === 4);
    await expect
      .poll(() => environment.eventReasons(namespace))
      .toEqual(expect.arrayContaining(['Resumed', 'Suspended']));
  });

  it('is not lost if it changes before the first status is written', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    const held = Promise.withResolvers<'pass'>();
    let writes = 0;
    environment.proxy.onRequest = ({ method, path }) =>
      method === 'PATCH' && path.endsWith('/held/status') && (writes += 1) === 1 ? held.promise : 'pass';
    await environment.run(namespace, 'held', { spec: { suspend: true } });
    await expect.poll(() => writes).toBe(1);
    await set(namespace, false);
    held.resolve('pass');
    const { run, job } = await environment.withJob(namespace, 'held');
    await expect.poll(() => isSuspended(namespace, job)).toBe(false);
    await environment.runThat(namespace, 'held', ({ status }) => status?.observedGeneration === 2);
    expect(run.status?.jobName).toBe(job.metadata?.name);
  });

  it('is retried if the API server refuses to apply it to the Job, and delays no other status or Event', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'held', { spec: { suspend: true } });
    const { job } = await environment.withJob(namespace, 'held');
    const refusal = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'a policy says no' };
    environment.proxy.onRequest = ({ method, path }) =>
      method === 'PATCH' && path.endsWith(`/jobs/${job.metadata?.name ?? ''}`)
        ? { code: 403, status: refusal }
        : 'pass';
    await set(namespace, false);
    await environment.patchJobStatus(job, { terminating: 3 });
    const run = await environment.runThat(namespace, 'held', ({ status }) => status?.terminating === 3);
    expect(run.status).toMatchObject({ phase: 'Suspended', observedGeneration: 1 });
    environment.proxy.onRequest = () => 'pass';
    await expect.poll(() => isSuspended(namespace, job), { timeout: 20_000 }).toBe(false);
  });

  it('has no effect if the template does not allow it and no admission was there to deny it; an Event reports this', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { overrides: { allow: ['args'] } });
    await environment.run(namespace, 'held');
    const { job } = await environment.withJob(namespace, 'held');
    await set(namespace, true);
    await environment.runThat(namespace, 'held', ({ status }) => status?.observedGeneration === 2);
    expect(await isSuspended(namespace, job)).toBe(false);
    await expect.poll(() => environment.eventReasons(namespace), { timeout: 10_000 }).toContain('SuspendRefused');
    await set(namespace, null);
    await environment.runThat(namespace, 'held', ({ status }) => status?.observedGeneration === 3);
    expect(environment.sent('PATCH', new RegExp(`/jobs/${job.metadata?.name ?? ''}$`))).toBe(0);
  });

  it('is not enforced if someone else resumes the Job', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'held', { spec: { suspend: true } });
    const { job } = await environment.withJob(namespace, 'held');
    const name = job.metadata?.name ?? '';
    await environment.client.patch(JOBS, { namespace, name }, { spec: { suspend: false } });
    await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1, ready: 0 });
    await environment.runThat(namespace, 'held', ({ status }) => status?.active === 1);
    expect(await isSuspended(namespace, job)).toBe(false);
    expect(environment.sent('PATCH', new RegExp(`/jobs/${name}$`))).toBe(0);
  });
});
