import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ANNOTATION_MISSING_TEMPLATE, API_VERSION } from '../../api/names.ts';
import { EVENTS, JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { jobName } from '../../core/job/job-name.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import { completed, failed } from './job-statuses.ts';
import { startRelay } from './relay.ts';
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

const conditionsOf = (object: { status?: { conditions?: { type: string; status: string; reason?: string }[] } }) =>
  Object.fromEntries(
    (object.status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason ?? ''}`]),
  );

describe('a run', () => {
  it('gets a Job with its own arguments, and shows the status from Pending to Succeeded', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    const template = await environment.template(namespace);
    await environment.run(namespace, 'hello', { spec: { args: ['Hello, world!'] } });
    const { run, job } = await environment.withJob(namespace, 'hello');
    expect(job.spec?.template.spec?.containers[0]).toMatchObject({ command: ['echo'], args: ['Hello, world!'] });
    expect(job.metadata?.ownerReferences).toMatchObject([{ kind: 'JobRun', uid: run.metadata.uid, controller: true }]);
    expect(run.status).toMatchObject({
      jobName: job.metadata?.name,
      phase: 'Pending',
      observedGeneration: 1,
      template: { uid: template.metadata.uid, generation: 1 },
    });
    expect(conditionsOf(run)).toEqual({ JobCreated: 'True JobCreated', Reconciling: 'True Pending' });

    const startTime = '2026-11-23T10:00:00Z';
    await environment.patchJobStatus(job, { startTime, active: 1, ready: 0, terminating: 0 });
    const placed = await environment.runThat(namespace, 'hello', ({ status }) => status?.active === 1);
    expect(placed.status?.phase).toBe('Pending');
    await environment.patchJobStatus(job, { ready: 1 });
    const running = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Running');
    expect(running.status).toMatchObject({ startTime, active: 1, ready: 1, terminating: 0 });

    const finishedJob = await environment.complete(job);
    const done = await environment.runThat(namespace, 'hello', ({ status }) => status?.phase === 'Succeeded');
    const { conditions = [], ...counts } = finishedJob.status!;
    delete counts.uncountedTerminatedPods;
    expect(done.status).toMatchObject({ ...counts, conditions: expect.arrayContaining(conditions) as unknown });
    expect(done.status).not.toHaveProperty('active');
    expect(conditionsOf(done)).toEqual({
      SuccessCriteriaMet: 'True CompletionsReached',
      Complete: 'True CompletionsReached',
      JobCreated: 'True JobCreated',
      Finished: 'True Completed',
    });
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['Completed', 'JobCreated']);
  });

  it('fails with the reason of its Job in one sentence', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'bad');
    const { job } = await environment.withJob(namespace, 'bad');
    await environment.patchJobStatus(job, failed());
    const run = await environment.runThat(namespace, 'bad', ({ status }) => status?.phase === 'Failed');
    // The test plays the Job controller, and there was no Pod.
    const error =
      'Job failed: BackoffLimitExceeded: Job has reached the specified backoff limit; its Pods were gone before they were read';
    expect(run.status).toMatchObject({ error, failure: { reason: 'BackoffLimitExceeded', message: error } });
    expect(run.status?.failed).toBe(1);
    expect(conditionsOf(run)).toMatchObject({
      Failed: 'True BackoffLimitExceeded',
      Finished: 'True Failed',
      Stalled: 'True BackoffLimitExceeded',
    });
    expect(conditionsOf(run)).not.toHaveProperty('Reconciling');
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['Failed', 'JobCreated']);
  });

  it('is Suspended while the Job controller keeps its Job suspended', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace, 'echo', { managedBy: undefined, suspend: true });
    await environment.run(namespace, 'held');
    const run = await environment.runThat(namespace, 'held', (held) => conditionsOf(held)['Suspended']);
    expect(run.status?.phase).toBe('Suspended');
    expect(conditionsOf(run)['Suspended']).toBe('True JobSuspended');
    expect(conditionsOf(run)).not.toHaveProperty('Reconciling');
  });

  it('deletes its Job when it is deleted', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'gone');
    const { job } = await environment.withJob(namespace, 'gone');
    await environment.client.delete(JOB_RUNS, { namespace, name: 'gone' }, { propagationPolicy: 'Background' });
    await expect
      .poll(
        () =>
          environment.client.get(JOBS, { namespace, name: job.metadata!.name! }).then(
            () => 'there',
            (e: unknown) => isNotFound(e),
          ),
        { timeout: 60_000 },
      )
      .toBe(true);
    // The garbage collector of a new control plane discovers our kinds up to 30 s later.
  }, 90_000);

  it('with a name of 253 characters gets a Job with a valid name', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    const name = `${'long.'.repeat(50)}end`;
    expect(name).toHaveLength(253);
    await environment.run(namespace, name);
    const { job } = await environment.withJob(namespace, name);
    expect(job.metadata!.name!.length).toBeLessThanOrEqual(63);
    await environment.complete(job);
    await environment.runThat(namespace, name, ({ status }) => status?.phase === 'Succeeded');
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['Completed', 'JobCreated']);
  });

  it.each([
    ["without args inherits the template's", {}, ['template']],
    ["with empty args clears the template's", { args: [] }, undefined],
  ])('%s (absent means inherit, empty means clear)', async (_sentence, spec, args) => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'args', { spec });
    const { job } = await environment.withJob(namespace, 'args');
    expect(job.spec?.template.spec?.containers[0]?.args).toEqual(args);
  });
});

describe('a run whose template is missing', () => {
  it('fails, and names the missing template and its namespace', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.run(namespace, 'lost', {
      spec: { templateRef: 'nowhere' },
      metadata: { annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Fail' } },
    });
    const run = await environment.runThat(namespace, 'lost', ({ status }) => status?.phase === 'Failed');
    expect(run.status).toMatchObject({
      failed: 1,
      error: expect.stringContaining(`"nowhere" does not exist in namespace "${namespace}"`) as unknown,
    });
    expect(conditionsOf(run)).toEqual({
      Failed: 'True TemplateNotFound',
      JobCreated: 'False TemplateNotFound',
      Finished: 'True TemplateNotFound',
      Stalled: 'True TemplateNotFound',
    });
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['TemplateNotFound']);
    await environment.template(namespace, 'nowhere');
    expect(await environment.jobs(namespace)).toEqual([]);
  });

  it('waits for it if its policy is Wait, and runs once the template exists', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.run(namespace, 'early', { metadata: { annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Wait' } } });
    const waiting = await environment.runThat(namespace, 'early', ({ status }) => status?.phase === 'Pending');
    const reason = 'WaitingForTemplate';
    expect(conditionsOf(waiting)).toEqual({ JobCreated: `False ${reason}`, Reconciling: `True ${reason}` });
    expect(waiting.status?.waiting).toMatchObject({ reason, message: expect.stringContaining('"echo"') as string });
    await environment.template(namespace);
    const { run } = await environment.withJob(namespace, 'early');
    expect(conditionsOf(run)).toEqual({ JobCreated: 'True JobCreated', Reconciling: 'True Pending' });
    expect(run.status).not.toHaveProperty('waiting');
  });

  it('fails at the end of its waiting time', async () => {
    const namespace = await environment.namespace();
    await environment.syncer({ missingTemplate: 'Wait', missingTemplateWaitSeconds: 2 });
    await environment.run(namespace, 'late');
    await environment.runThat(namespace, 'late', ({ status }) => status?.phase === 'Pending');
    const run = await environment.runThat(namespace, 'late', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.error).toContain('did not appear within 2 seconds');
  });

  it('fails too if the template was deleted after the run was admitted', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    await environment.run(namespace, 'between');
    await environment.client.delete(JOB_TEMPLATES, { namespace, name: 'echo' });
    await environment.syncer();
    await environment.runThat(namespace, 'between', (run) => conditionsOf(run)['Finished'] === 'True TemplateNotFound');
  });
});

describe('a Job that cannot be created', () => {
  it("because the API server rejects it fails the run with the API server's message", async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace, 'echo', {
      template: { spec: { restartPolicy: 'Always', containers: [{ name: 'echo', image: 'busybox' }] } },
    });
    await environment.run(namespace, 'refused');
    const run = await environment.runThat(namespace, 'refused', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.error).toContain('restartPolicy');
    expect(conditionsOf(run)['Finished']).toBe('True JobRefused');
    // No Pod has failed.
    expect(run.status).not.toHaveProperty('failed');
    expect(run.status?.conditions?.find(({ type }) => type === 'JobCreated')?.message).toContain('restartPolicy');
  });

  it('fails the run without a quotation of its secret values', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    const [token, variable] = ['Not A Name Token', 'Not A Secret Name'];
    await environment.client.create(JOB_TEMPLATES, namespace, {
      apiVersion: API_VERSION,
      kind: 'JobTemplate',
      metadata: { name: 'echo' },
      parameters: [{ name: 'token', secret: true }],
      spec: {
        template: {
          metadata: { labels: { token: '$(params.token)' } },
          spec: {
            restartPolicy: 'Never',
            serviceAccountName: variable,
            containers: [{ name: 'echo', image: 'busybox', env: [{ name: 'A', value: variable }] }],
          },
        },
      },
    });
    await environment.run(namespace, 'secret', { spec: { parameters: { token } } });
    const run = await environment.runThat(namespace, 'secret', ({ status }) => status?.phase === 'Failed');
    expect(run.status?.error).toMatch(/Invalid value: "\*\*\*"/);
    await expect.poll(() => environment.eventReasons(namespace)).toContain('JobRefused');
    const events = await environment.client.list(EVENTS, { namespace });
    const read = JSON.stringify([run.status, events]);
    expect([token, variable].filter((value) => read.includes(value))).toEqual([]);
  });

  it('because of a quota keeps the run waiting with a reason until there is room', async () => {
    const namespace = await environment.namespace();
    const quotas = { group: '', version: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota' };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { 'count/jobs.batch': '0' } },
    };
    await environment.client.create(quotas, namespace, quota);
    await environment.template(namespace);
    await expect
      .poll(async () => JSON.stringify(await environment.client.get(quotas, { namespace, name: 'none' })), {
        timeout: 20_000,
      })
      .toContain('"used":{"count/jobs.batch":"0"}');
    await environment.syncer();
    await environment.run(namespace, 'queued');
    const waiting = await environment.runThat(namespace, 'queued', (run) => conditionsOf(run)['JobCreated']);
    expect(conditionsOf(waiting)).toEqual({ JobCreated: 'False Forbidden', Reconciling: 'True Forbidden' });
    expect(waiting.status?.conditions?.[0]?.message).toContain('exceeded quota');
    expect(waiting.status?.phase).toBe('Pending');
    await environment.client.delete(quotas, { namespace, name: 'none' });
    await environment.withJob(namespace, 'queued');
  });

  it('because a foreign Job has its name fails the run, and that Job stays untouched', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace);
    const run = await environment.run(namespace, 'taken');
    const name = jobName('taken', run.metadata.uid!);
    const foreign = await environment.client.create<Job>(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels: { 'hematoscope.app/job-run': 'taken' } },
      spec: {
        suspend: true,
        managedBy: 'example.com/test',
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } },
      },
    });
    await environment.syncer();
    const failedRun = await environment.runThat(namespace, 'taken', ({ status }) => status?.phase === 'Failed');
    expect(conditionsOf(failedRun)['Finished']).toBe('True NameConflict');
    expect(failedRun.status?.error).toContain(name);
    expect(failedRun.status).not.toHaveProperty('jobName');
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['NameConflict']);

    await environment.complete(foreign);
    const now = await environment.client.get<Job>(JOBS, { namespace, name });
    expect(now.metadata?.uid).toBe(foreign.metadata?.uid);
    expect(now.spec).toEqual(foreign.spec);
    expect((await environment.getRun(namespace, 'taken')).status).toEqual(failedRun.status);
  });
});

describe('a Job that is deleted', () => {
  it('before it finishes fails the run, and no second Job is created', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'killed');
    const { job } = await environment.withJob(namespace, 'killed');
    await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1, ready: 1 });
    await environment.runThat(namespace, 'killed', ({ status }) => status?.active === 1);
    await environment.deleteJob(job);
    const run = await environment.runThat(namespace, 'killed', ({ status }) => status?.phase === 'Failed');
    expect(conditionsOf(run)).toMatchObject({
      Failed: 'True JobDeleted',
      Finished: 'True JobDeleted',
      JobCreated: 'True JobCreated',
    });
    expect(run.status).toMatchObject({ jobName: job.metadata?.name, startTime: '2026-11-23T10:00:00Z' });
    expect(run.status).not.toHaveProperty('active');
    await expect.poll(() => environment.eventReasons(namespace)).toEqual(['JobCreated', 'JobDeleted']);
    expect(await environment.jobs(namespace)).toEqual([]);
    expect(environment.sent('POST', /\/jobs/)).toBe(1);
  });

  it('after it finished leaves the run unchanged, also after a restart', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'done');
    const { job } = await environment.withJob(namespace, 'done');
    await environment.complete(job);
    const before = await environment.runThat(namespace, 'done', ({ status }) => status?.phase === 'Succeeded');
    await environment.deleteJob(job);
    await environment.run(namespace, 'next');
    await environment.withJob(namespace, 'next');
    await first.stop();
    await environment.syncer();
    await environment.run(namespace, 'last');
    await environment.withJob(namespace, 'last');
    expect(await environment.getRun(namespace, 'done')).toEqual(before);
    expect(await environment.jobs(namespace)).toHaveLength(2);
  });

  it('the moment it finishes still passes its outcome to the run', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'quick');
    const { job } = await environment.withJob(namespace, 'quick');
    let held: () => void = () => undefined;
    environment.proxy.onRequest = (request) =>
      request.method === 'PATCH'
        ? new Promise(
            (resolve) =>
              (held = () => {
                resolve('pass');
              }),
          )
        : 'pass';
    // The status write for the first change hangs while the Job completes and is deleted, as with a TTL of 0.
    await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1 });
    await expect.poll(() => environment.sent('PATCH', /jobruns/)).toBe(2);
    await environment.complete(job);
    await environment.deleteJob(job);
    environment.proxy.onRequest = () => 'pass';
    held();
    const run = await environment.runThat(namespace, 'quick', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)['Finished']).toBe('True Completed');
    expect(run.status?.succeeded).toBe(1);
  });

  it('while no syncer runs is noticed by the next syncer', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'orphan');
    const { job } = await environment.withJob(namespace, 'orphan');
    await first.stop();
    await environment.deleteJob(job);
    await environment.syncer();
    const run = await environment.runThat(namespace, 'orphan', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)).toEqual({ JobCreated: 'True JobCreated', Finished: 'True OutcomeUnknown' });
    expect(run.status?.phase).toBe('Unknown');
    expect(await environment.jobs(namespace)).toEqual([]);
  });

  it('and recreated by someone else with the same name is not mirrored', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'swapped');
    const { job } = await environment.withJob(namespace, 'swapped');
    await first.stop();
    await environment.deleteJob(job);
    const { name, labels } = job.metadata!;
    const spec = {
      managedBy: 'example.com/test',
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } },
    };
    const foreign = await environment.client.create<Job>(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels: { 'hematoscope.app/job-run': labels!['hematoscope.app/job-run']! } },
      spec,
    } as Job);
    await environment.complete(foreign);
    await environment.syncer();
    const run = await environment.runThat(namespace, 'swapped', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)['Finished']).toBe('True OutcomeUnknown');
    expect(run.status?.error).toContain('another Job has taken its name');
    expect(run.status).not.toHaveProperty('succeeded');
  });
});

describe('a Job that is deleted and created again by hand, with the same name and owner', () => {
  /** As `kubectl replace --force` does it. */
  async function replace(job: Job, complete: boolean): Promise<Job> {
    await environment.deleteJob(job);
    const { name, namespace, labels, annotations, ownerReferences } = job.metadata!;
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } };
    const replaced = await environment.client.create<Job>(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels: labels!, annotations: annotations ?? {}, ownerReferences: ownerReferences! },
      spec: { managedBy: 'example.com/test', template, backoffLimit: 7 },
    } as Job);
    if (complete) await environment.complete(replaced);
    return replaced;
  }

  it('is not the Job of the run: its outcome is not known if no syncer watched', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'replaced');
    const { job, run: before } = await environment.withJob(namespace, 'replaced');
    expect(before.status?.jobUid).toBe(job.metadata?.uid);
    await first.stop();
    await replace(job, true);
    await environment.syncer();
    const run = await environment.runThat(namespace, 'replaced', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)['Finished']).toBe('True OutcomeUnknown');
    expect(run.status).toMatchObject({ phase: 'Unknown', jobUid: job.metadata!.uid });
    expect(run.status?.error).toContain('another Job has taken its name');
    expect(run.status).not.toHaveProperty('succeeded');
  });

  it('is left alone, and its run fails if the syncer saw that its Job was deleted', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'replaced');
    const { job } = await environment.withJob(namespace, 'replaced');
    const replaced = await replace(job, false);
    const run = await environment.runThat(namespace, 'replaced', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)['Finished']).toBe('True JobDeleted');
    // The end of another run shows that the syncer has worked on everything that came before.
    await environment.run(namespace, 'next');
    await environment.complete((await environment.withJob(namespace, 'next')).job);
    await environment.runThat(namespace, 'next', ({ status }) => status?.phase === 'Succeeded');
    const { metadata, spec } = await environment.client.get<Job>(JOBS, {
      namespace,
      name: replaced.metadata!.name!,
    });
    expect(metadata?.uid).toBe(replaced.metadata!.uid);
    expect(metadata?.annotations).not.toHaveProperty(['hematoscope.app/stopped']);
    expect(spec?.activeDeadlineSeconds).toBeUndefined();
  });
});

describe('a Job that loses its owner reference', () => {
  it('leaves its run with an unknown outcome, and not Running for ever', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'disowned');
    const { job } = await environment.withJob(namespace, 'disowned');
    const { name = '' } = job.metadata!;
    await environment.client.patch<Job>(JOBS, { namespace, name }, { metadata: { ownerReferences: null } });
    const run = await environment.runThat(namespace, 'disowned', (one) => conditionsOf(one)['Finished']);
    expect(conditionsOf(run)['Finished']).toBe('True OutcomeUnknown');
    expect(run.status?.phase).toBe('Unknown');
    expect(await environment.jobs(namespace)).toHaveLength(1);
  });
});

describe('a Job that names a run as its controller, but has another name', () => {
  it('does not end the run when it is deleted', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    const annotations = { [ANNOTATION_MISSING_TEMPLATE]: 'Wait' };
    await environment.run(namespace, 'hijack', { spec: { templateRef: 'comes-later' }, metadata: { annotations } });
    const { apiVersion, metadata } = await environment.runThat(
      namespace,
      'hijack',
      ({ status }) => status?.phase === 'Pending',
    );
    const owner = { apiVersion, kind: 'JobRun', name: 'hijack', uid: metadata.uid, controller: true };
    const foreign = await environment.client.create<Job>(JOBS, namespace, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'not-its-job', labels: { 'hematoscope.app/job-run': 'hijack' }, ownerReferences: [owner] },
      spec: {
        managedBy: 'example.com/test',
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } },
      },
    } as Job);
    await environment.complete(foreign);
    await environment.deleteJob(foreign);
    // The watch reports the Job of a later run after that deletion.
    await environment.template(namespace);
    await environment.run(namespace, 'later');
    const { job } = await environment.withJob(namespace, 'later');
    await environment.complete(job);
    await environment.runThat(namespace, 'later', ({ status }) => status?.phase === 'Succeeded');
    expect((await environment.getRun(namespace, 'hijack')).status?.phase).toBe('Pending');
    await environment.template(namespace, 'comes-later');
    await environment.withJob(namespace, 'hijack');
  });
});

describe('a run that was restored from a backup', () => {
  it.each([
    ['as Velero does', { labels: { 'velero.io/restore-name': 'monday' } }],
    ['and marked at admission', { annotations: { 'hematoscope.app/restored': 'Hold' } }],
  ])('%s gets no Job until a user requests it', async (_sentence, metadata) => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'october', { metadata });
    const held = await environment.runThat(namespace, 'october', (run) => conditionsOf(run)['JobCreated']);
    expect(conditionsOf(held)).toEqual({ JobCreated: 'False Restored', Reconciling: 'True Restored' });
    expect(held.status?.phase).toBe('Pending');
    // A later run gets its Job, so the earlier one was passed over.
    await environment.run(namespace, 'later');
    await environment.withJob(namespace, 'later');
    expect(await environment.jobs(namespace)).toHaveLength(1);
    const annotations = { 'hematoscope.app/restored': 'Run' };
    await environment.client.patch(JOB_RUNS, { namespace, name: 'october' }, { metadata: { annotations } });
    await environment.withJob(namespace, 'october');
  });
});

describe('ttlSecondsAfterFinished', () => {
  const TTL = 'hematoscope.app/ttl-seconds-after-finished';

  it('deletes the Job only after the final status of the run is stored', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace, 'echo', { ttlSecondsAfterFinished: 0 });
    await environment.run(namespace, 'brief');
    const { job } = await environment.withJob(namespace, 'brief');
    expect(job.spec?.ttlSecondsAfterFinished).toBe(3600);
    expect(job.metadata?.annotations?.[TTL]).toBe('0');
    await environment.complete(job);
    await environment.runThat(namespace, 'brief', ({ status }) => status?.phase === 'Succeeded');
    await expect.poll(() => environment.jobs(namespace), { timeout: 30_000 }).toEqual([]);
    expect(await environment.getRun(namespace, 'brief')).toMatchObject({ status: { phase: 'Succeeded' } });
  });

  it('outlives a time without syncers: the next one stores the outcome, then deletes the Job', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace, 'echo', { ttlSecondsAfterFinished: 1 });
    await environment.run(namespace, 'unseen');
    const { job } = await environment.withJob(namespace, 'unseen');
    await first.stop();
    await environment.complete(job);
    await environment.syncer();
    await environment.runThat(namespace, 'unseen', ({ status }) => status?.phase === 'Succeeded');
    await expect.poll(() => environment.jobs(namespace), { timeout: 30_000 }).toEqual([]);
  });

  it('that ran out while no syncer ran is applied by the next one', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace, 'echo', { ttlSecondsAfterFinished: 86_400 });
    await environment.run(namespace, 'late', { spec: { ttlSecondsAfterFinished: 3000 } });
    const { job } = await environment.withJob(namespace, 'late');
    await environment.complete(job);
    await environment.runThat(namespace, 'late', ({ status }) => status?.phase === 'Succeeded');
    expect(await environment.jobs(namespace)).toHaveLength(1);
    await first.stop();
    const name = job.metadata!.name!;
    await environment.client.patch(JOBS, { namespace, name }, { metadata: { annotations: { [TTL]: '0' } } });
    await environment.syncer();
    await expect.poll(() => environment.jobs(namespace), { timeout: 30_000 }).toEqual([]);
  });
});

describe('writes', () => {
  it('are one for the Job and one for each new status, and none that changes nothing', async () => {
    const namespace = await environment.namespace();
    const first = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'frugal');
    const { job } = await environment.withJob(namespace, 'frugal');
    await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1 });
    await environment.runThat(namespace, 'frugal', ({ status }) => status?.active === 1);
    await environment.client.patch(
      JOBS,
      { namespace, name: job.metadata!.name! },
      { metadata: { annotations: { a: 'b' } } },
    );
    await environment.client.patch(JOB_RUNS, { namespace, name: 'frugal' }, { metadata: { labels: { a: 'b' } } });
    await environment.complete(job);
    const done = await environment.runThat(namespace, 'frugal', ({ status }) => status?.phase === 'Succeeded');
    await expect.poll(() => environment.sent('POST', /events/)).toBe(2);
    expect({ post: environment.sent('POST', /\/jobs/), patch: environment.sent('PATCH', /\/frugal\/status/) }).toEqual({
      post: 1,
      patch: 3,
    });
    await first.stop();
    environment.proxy.requests.length = 0;
    await environment.syncer();
    await environment.run(namespace, 'marker');
    await environment.withJob(namespace, 'marker');
    expect(environment.sent('PATCH', /\/frugal\/status/)).toBe(0);
    expect((await environment.getRun(namespace, 'frugal')).metadata.resourceVersion).toBe(
      done.metadata.resourceVersion,
    );
  });

  it('leave out states that last a moment, and include states that stay', async () => {
    const namespace = await environment.namespace();
    await environment.syncer();
    await environment.template(namespace);
    for (const name of ['quick', 'slow']) {
      await environment.run(namespace, name);
      const { job } = await environment.withJob(namespace, name);
      await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1, ready: 0 });
      await environment.runThat(namespace, name, ({ status }) => status?.active === 1);
    }
    const written = environment.sent('PATCH', /\/quick\/status/);
    const { job: quick } = await environment.withJob(namespace, 'quick');
    await environment.patchJobStatus(quick, { ready: 1 });
    const decided = completed() as { conditions: unknown[] };
    await environment.patchJobStatus(quick, { ready: 0, conditions: decided.conditions.slice(0, 1) });
    await environment.complete(quick);
    await environment.runThat(namespace, 'quick', ({ status }) => status?.phase === 'Succeeded');
    expect(environment.sent('PATCH', /\/quick\/status/) - written).toBe(1);

    const { job: slow } = await environment.withJob(namespace, 'slow');
    await environment.patchJobStatus(slow, { ready: 1 });
    const ready = await environment.runThat(namespace, 'slow', ({ status }) => status?.ready === 1);
    expect(ready.status?.phase).toBe('Running');
  });

  it('use at most 46 kept-alive connections, and never conflict with each other', async () => {
    const namespace = await environment.namespace();
    // Through the proxy, which serves HTTP/1.1 only, each watch would have its own connection.
    const relay = await startRelay(environment.kubeConfig);
    const { healthUrl } = await environment.syncer({}, { kubeConfig: relay.kubeConfig });
    await environment.template(namespace);
    const names = Array.from({ length: 60 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => environment.run(namespace, name)));
    for (const name of names) {
      const { job } = await environment.withJob(namespace, name);
      // Two changes at once: the second is often seen before the watch delivers the write of the first.
      await environment.patchJobStatus(job, { startTime: '2026-11-23T10:00:00Z', active: 1 });
      await environment.patchJobStatus(job, { active: 2 });
    }
    for (const name of names) await environment.runThat(namespace, name, ({ status }) => status?.active === 2);
    expect(relay.connections()).toBeLessThanOrEqual(46);
    expect(await (await fetch(`${healthUrl}/metrics`)).text()).not.toContain('rest_client_requests_total{code="409"');
    expect(await environment.jobs(namespace)).toHaveLength(60);
    await environment.stopSyncers();
    await relay.close();
  });
});

describe('health', () => {
  it('is served, with the metric names of controller-runtime', async () => {
    const namespace = await environment.namespace();
    const { healthUrl } = await environment.syncer();
    await environment.template(namespace);
    await environment.run(namespace, 'counted');
    await environment.withJob(namespace, 'counted');
    expect((await fetch(`${healthUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${healthUrl}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${healthUrl}/metrics`)).text();
    expect(metrics).toMatch(/controller_runtime_reconcile_total\{controller="jobrun",result="success"\} [1-9]/);
    expect(metrics).toMatch(/workqueue_adds_total\{name="jobrun"\} [1-9]/);
    expect(metrics).toMatch(/rest_client_requests_total\{code="201",method="POST",host="[^"]+"\} [1-9]/);
  });
});
