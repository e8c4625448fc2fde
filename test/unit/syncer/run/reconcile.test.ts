import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import type { SeenPods } from '../../../../core/pods/seen-pods.ts';
import { stopPatch } from '../../../../core/run/job-stop.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { KubeApiError, KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import type { ReconcileContext } from '../../../../syncer/run/reconcile.ts';
import { reconcile } from '../../../../syncer/run/reconcile.ts';
import { RunRecords } from '../../../../syncer/run/run-records.ts';
import { NoTurnError } from '../../../../syncer/run/write-turns.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { container, pod, unplaced } from '../../core/pods/pods.ts';

const RUN = echoRun({}, { generation: 1, resourceVersion: '1' });
const TEMPLATE = versionOfTemplate(echoTemplate());
const STATUS = { startTime: '2026-11-23T10:00:00Z', active: 1, ready: 1 };
const refusal = (code: number, reason: string): KubeApiError =>
  new KubeApiError({ method: 'POST', path: '/', code, body: JSON.stringify({ kind: 'Status', code, reason }) });

/** A small API server: it stores one Job and accepts every status. */
function begin({ job }: { job?: Job } = {}) {
  const sent: string[] = [];
  let version = 10;
  let stored = job;
  const next = () => {
    const { metadata } = runs.get('team', 'echo-hello') ?? RUN;
    version = Math.max(version, Number(metadata.resourceVersion)) + 1;
    return String(version);
  };
  const first: { status: JobStatus } = { status: STATUS };
  const seen: { pods: SeenPods } = { pods: { pods: [] } };
  const line = { mustWait: false };
  let monotonicMs = 0;
  const records = new RunRecords();
  const runs = new ObjectCache<JobRun>({
    onDelete: (run) => {
      records.forget(run);
    },
  });
  runs.apply(RUN);
  const contents: ReconcileContext['contents'] = { of: (run) => run, remember: () => undefined };
  const jobs = new ObjectCache<Job>();
  jobs.advanceTo('1');
  const cluster: ReconcileContext['cluster'] = {
    getRun: () => (sent.push('read run'), Promise.resolve(undefined)),
    getJob: () => (sent.push('get'), Promise.resolve(stored)),
    createJob: (_namespace, wanted) => {
      sent.push('create');
      if (stored) return Promise.reject(refusal(409, 'AlreadyExists'));
      stored = { ...wanted, status: first.status, metadata: { ...wanted.metadata, resourceVersion: next() } };
      return Promise.resolve(stored);
    },
    deleteJob: ({ metadata }) => {
      sent.push(`delete ${metadata?.uid ?? ''}`);
      return Promise.resolve();
    },
    deleteUnchangedJob: ({ metadata }) => {
      sent.push(`delete ${metadata?.uid ?? ''} unchanged`);
      return Promise.resolve();
    },
    stopJob: (of, why) => {
      sent.push('stop');
      const { metadata, spec } = stopPatch(why);
      const annotations = { ...of.metadata?.annotations, ...metadata.annotations };
      stored = {
        ...of,
        spec: { ...of.spec!, ...spec },
        metadata: { ...of.metadata, annotations, resourceVersion: next() },
      };
      return Promise.resolve(stored);
    },
    suspendJob: (of, suspend) => {
      sent.push(`suspend ${suspend}`);
      stored = { ...of, spec: { ...of.spec!, suspend }, metadata: { ...of.metadata, resourceVersion: next() } };
      return Promise.resolve(stored);
    },
    patchStatus: (run, status) => {
      sent.push('status');
      const metadata = { ...run.metadata, resourceVersion: next() };
      return Promise.resolve({ ...run, metadata, status: { ...run.status, ...status } });
    },
  };
  let cached: typeof TEMPLATE | undefined = TEMPLATE;
  const templates: ReconcileContext['templates'] = {
    cached: () => cached,
    mustRead: () => false,
    outline: () => undefined,
    read: () => (sent.push('read template'), Promise.resolve({ kind: 'found', template: TEMPLATE })),
  };
  const context: ReconcileContext = {
    cluster,
    templates,
    runs,
    contents,
    jobs,
    records,
    places: {
      look: () => undefined,
      enter: () => undefined,
      take: () => Promise.resolve(),
      confirm: () => Promise.resolve(),
      yield: () => Promise.resolve(),
      stay: () => undefined,
      leave: () => undefined,
    },
    unclear: { sent: () => undefined },
    rules: { policy: 'Reject', waitSeconds: 300 },
    pods: { isPermitted: true, keepsLogEnds: true, read: () => (sent.push('read Pods'), Promise.resolve(seen.pods)) },
    events: { record: ({ metadata }, { reason }) => sent.push(`event ${reason} of ${metadata?.name ?? ''}`) },
    clock: { now: () => Date.parse('2026-11-23T10:00:00Z'), monotonic: () => monotonicMs },
    turns: { mustWait: () => line.mustWait },
    onDeletionForbidden: () => undefined,
    onFinished: () => undefined,
  };
  return {
    sent,
    runs,
    jobs,
    records,
    cluster,
    contents,
    withoutCachedTemplate: () => (cached = undefined),
    /** The Job controller writes this status, and the watch reports it. */
    report: (status: JobStatus) => {
      const job = jobs.list()[0]!;
      jobs.apply({ ...job, status, metadata: { ...job.metadata, resourceVersion: next() } });
    },
    /** What the Job reports when it is created. */
    job: first,
    seen,
    line,
    elapse: (ms: number) => (monotonicMs += ms),
    reconcile: () => reconcile(context, 'team', 'echo-hello'),
    status: () => runs.get('team', 'echo-hello')?.status,
  };
}

/** The Job that an earlier attempt created for a run with this suspend. */
async function earlierJob(): Promise<Job> {
  const { jobs, reconcile: bringOn } = begin();
  await bringOn();
  const [job] = jobs.list();
  return job!;
}

describe('reconcile', () => {
  it('creates the Job and writes the status', async () => {
    const { reconcile: bringOn, sent, status, records } = begin();
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual(['create', 'status', 'event JobCreated of echo-hello']);
    expect(status()).toMatchObject({ phase: 'Running', observedGeneration: 1 });
    expect(records.size).toBe(0);
  });

  it('reads what the caches do not have, once', async () => {
    const { reconcile: bringOn, sent, withoutCachedTemplate } = begin();
    withoutCachedTemplate();
    await bringOn();
    expect(sent.slice(0, 3)).toEqual(['read template', 'create', 'status']);
  });

  it('adopts the Job of an earlier attempt after AlreadyExists', async () => {
    const job = await earlierJob();
    const { reconcile: bringOn, sent, status } = begin({ job });
    await bringOn();
    expect(sent).toEqual(['create', 'get', 'status', 'event JobCreated of echo-hello']);
    expect(status()).toMatchObject({ jobName: job.metadata?.name, template: { revision: TEMPLATE.compiled.revision } });
  });

  it('adopts a Job that the watch has reported without any request for it', async () => {
    const job = await earlierJob();
    const { reconcile: bringOn, sent, jobs } = begin({ job });
    jobs.apply(job);
    await bringOn();
    expect(sent).toEqual(['status', 'event JobCreated of echo-hello']);
  });

  it.each([
    ['deletes the Job after the final status is stored, if its time is over', '0', ['delete job-uid'], undefined],
    ['waits for the time of the Job after the final status is stored', '3601', [], { afterMs: 1_000 }],
  ])('%s', async (_sentence, seconds, deletions, result) => {
    const earlier = await earlierJob();
    const annotations = { 'hematoscope.app/ttl-seconds-after-finished': seconds };
    const lastTransitionTime = '2026-11-23T09:00:00Z';
    const job: Job = {
      ...earlier,
      metadata: { ...earlier.metadata, uid: 'job-uid', annotations },
      status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime }] },
    };
    const { reconcile: bringOn, sent, jobs } = begin({ job });
    jobs.apply(job);
    expect(await bringOn()).toEqual(result);
    const events = ['event JobCreated of echo-hello', 'event Completed of echo-hello'];
    expect(sent).toEqual(['status', ...events, ...deletions]);
  });

  it('leaves the Job of another run alone', async () => {
    const job = await earlierJob();
    const { reconcile: bringOn, sent, status } = begin({ job: { ...job, metadata: { name: job.metadata!.name! } } });
    await bringOn();
    expect(sent).toEqual(['create', 'get', 'status', 'event NameConflict of echo-hello']);
    expect(status()).toMatchObject({ phase: 'Failed' });
  });

  it('applies a suspend that changed while the Job was created before the status reports it', async () => {
    const { reconcile: bringOn, sent, cluster, runs, status } = begin();
    const { createJob } = cluster;
    cluster.createJob = async (namespace, job) => {
      const created = await createJob(namespace, job);
      runs.apply(echoRun({ suspend: true }, { generation: 2, resourceVersion: '2' }));
      return created;
    };
    await bringOn();
    expect(sent).toEqual([
      'create',
      'suspend true',
      'event Suspended of echo-hello',
      'status',
      'event JobCreated of echo-hello',
    ]);
    expect(status()).toMatchObject({ phase: 'Suspended', observedGeneration: 2 });
  });

  it('writes the status before it reports that the suspend failed', async () => {
    const error = refusal(403, 'Forbidden');
    const { reconcile: bringOn, sent, cluster, runs, status } = begin();
    await bringOn();
    cluster.suspendJob = () => Promise.reject(error);
    const run = runs.get('team', 'echo-hello')!;
    const metadata = { ...run.metadata, generation: 2, resourceVersion: '50' };
    runs.apply({
      ...run,
      metadata,
      spec: { ...run.spec, suspend: true },
      status: { ...run.status, phase: 'Suspended' },
    });
    sent.length = 0;
    await expect(bringOn()).rejects.toEqual(error);
    expect(sent).toEqual(['status']);
    expect(status()).toMatchObject({ phase: 'Running', observedGeneration: 1 });
  });

  it.each([
    ['two for a run whose Pod finishes within a second', 100, ['Pending', 'Succeeded']],
    ['three for a run whose Pod takes longer', 1_000, ['Pending', 'Running', 'Succeeded']],
  ])('writes few statuses: %s', async (_sentence, ms, phases) => {
    const { reconcile: bringOn, sent, status, report, elapse, job } = begin();
    job.status = { startTime: STATUS.startTime, active: 1, ready: 0, terminating: 0 };
    const seen: unknown[] = [];
    const worked = async (): Promise<void> => {
      sent.length = 0;
      await bringOn();
      if (sent.includes('status')) seen.push(status()?.phase);
    };
    await worked();
    const decided = { type: 'SuccessCriteriaMet', status: 'True' };
    const statuses: [JobStatus, number][] = [
      [{ ...job.status, ready: 1 }, ms],
      [{ ...job.status, active: 0, conditions: [decided], uncountedTerminatedPods: { succeeded: ['pod'] } }, 100],
      [{ startTime: STATUS.startTime, succeeded: 1, conditions: [decided, { type: 'Complete', status: 'True' }] }, 100],
    ];
    for (const [next, lasts] of statuses) {
      report(next);
      await worked();
      elapse(lasts);
      await worked();
    }
    expect(seen).toEqual(phases);
  });

  it('finds out why a Job has no ready Pod after five seconds, and again after ten: with one write', async () => {
    const { reconcile: bringOn, sent, status, report, elapse, job, seen } = begin();
    job.status = { startTime: STATUS.startTime, active: 1, ready: 0 };
    seen.pods = { pods: [unplaced({ message: 'full' })] };
    expect(await bringOn()).toEqual({ afterMs: 5_000 });
    sent.length = 0;
    elapse(4_000);
    expect(await bringOn()).toEqual({ afterMs: 1_000 });
    expect(sent).toEqual([]);
    elapse(1_000);
    expect(await bringOn()).toEqual({ afterMs: 10_000 });
    expect(sent).toEqual(['read Pods', 'status']);
    const waiting = { reason: 'Unschedulable', message: 'Pod "report-1" cannot be scheduled: full' };
    expect(status()).toMatchObject({ phase: 'Pending', waiting });
    sent.length = 0;
    elapse(10_000);
    expect(await bringOn()).toEqual({ afterMs: 20_000 });
    expect(sent).toEqual(['read Pods']);
    sent.length = 0;
    report({ startTime: STATUS.startTime, active: 1, ready: 1 });
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual(['status']);
    expect(status()).toMatchObject({ phase: 'Running', waiting: null });
  });

  it('reads why a Job fails once, before its Pods may be deleted, and writes it with the final status', async () => {
    const { reconcile: bringOn, sent, status, report, seen } = begin();
    await bringOn();
    const state = { terminated: { exitCode: 3, reason: 'Error' } };
    seen.pods = { pods: [pod({ phase: 'Failed', containerStatuses: [container('echo', { state })] })] };
    sent.length = 0;
    const decided = { type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded' };
    report({ ...STATUS, active: 0, conditions: [decided], uncountedTerminatedPods: { failed: ['pod'] } });
    await bringOn();
    expect(sent).toEqual(['read Pods']);
    seen.pods = { pods: [] };
    report({ startTime: STATUS.startTime, failed: 1, conditions: [decided, { ...decided, type: 'Failed' }] });
    await bringOn();
    expect(sent).toEqual(['read Pods', 'status', 'event Failed of echo-hello']);
    const error = 'container echo exited with 3 on attempt 1 of 7';
    expect(status()).toMatchObject({ phase: 'Failed', error, failure: { message: error, exitCode: 3 } });
  });

  it('stops the Job of a run that is cancelled while the Job is created', async () => {
    const { reconcile: bringOn, sent, cluster, runs, jobs, status } = begin();
    const { createJob } = cluster;
    cluster.createJob = async (namespace, job) => {
      const created = await createJob(namespace, job);
      runs.apply(echoRun({ cancel: true }, { generation: 2, resourceVersion: '2' }));
      return created;
    };
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual(['create', 'stop', 'status', 'event JobCreated of echo-hello']);
    expect(status()).toMatchObject({ phase: 'Running', observedGeneration: 2 });
    expect(jobs.list()[0]?.spec).toMatchObject({ activeDeadlineSeconds: 1 });
  });

  it('deletes a suspended Job of a cancelled run only after the status is stored', async () => {
    const earlier = await earlierJob();
    const job: Job = {
      ...earlier,
      metadata: { ...earlier.metadata, uid: 'job-uid', resourceVersion: '5' },
      spec: { ...earlier.spec!, suspend: true },
      status: {},
    };
    const { reconcile: bringOn, sent, runs, jobs, status } = begin({ job });
    jobs.apply(job);
    runs.apply(echoRun({ cancel: true }, { generation: 2, resourceVersion: '2' }));
    expect(await bringOn()).toBeUndefined();
    const events = ['event JobCreated of echo-hello', 'event Cancelled of echo-hello'];
    expect(sent).toEqual(['stop', 'status', ...events, 'delete job-uid unchanged']);
    expect(status()).toMatchObject({ phase: 'Cancelled' });
  });

  it('does nothing for a new run while others of its namespace go first, and looks again if it was not called', async () => {
    const { reconcile: bringOn, sent, line } = begin();
    line.mustWait = true;
    expect(await bringOn()).toEqual({ afterMs: 120_000 });
    expect(sent).toEqual([]);
    line.mustWait = false;
    await bringOn();
    expect(sent).toContain('create');
  });

  it('works on a run with a status, whoever goes first', async () => {
    const { reconcile: bringOn, sent, runs, line } = begin();
    line.mustWait = true;
    runs.apply({ ...RUN, status: { phase: 'Pending' }, metadata: { ...RUN.metadata, resourceVersion: '2' } });
    await bringOn();
    expect(sent).toContain('create');
  });

  it.each([
    ['without a turn', new NoTurnError(true), { afterMs: 120_000 }],
    ['without an answer in time', new KubeTimeoutError('no answer in 2000 ms'), 'retry'],
  ])('settles the Job of a finished run later, %s', async (_when, error, again) => {
    const { reconcile: bringOn, cluster, runs, jobs } = begin();
    jobs.apply(await earlierJob());
    const status = { conditions: [{ type: 'Finished', status: 'True' }] };
    runs.apply({ ...RUN, status, metadata: { ...RUN.metadata, resourceVersion: '2' } });
    cluster.stopJob = () => Promise.reject(error);
    expect(await bringOn()).toEqual(again);
  });

  it('does nothing for a run that does not exist or is finished', async () => {
    const { reconcile: bringOn, sent, runs } = begin();
    const status = { conditions: [{ type: 'Finished', status: 'True' }] };
    runs.apply({ ...RUN, status, metadata: { ...RUN.metadata, resourceVersion: '2' } });
    expect(await bringOn()).toBeUndefined();
    runs.remove(RUN);
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it.each([
    ['was deleted', undefined],
    ['was replaced by another run with the same name', echoRun({}, { uid: 'recreated', resourceVersion: '3' })],
  ])('writes and remembers nothing for a run that %s while its Job was created', async (_what, namesake) => {
    const { reconcile: bringOn, sent, cluster, runs, records } = begin();
    const { createJob } = cluster;
    cluster.createJob = async (namespace, job) => {
      const created = await createJob(namespace, job);
      if (namesake) runs.apply(namesake);
      else runs.remove(RUN);
      return created;
    };
    await bringOn();
    expect(sent).toEqual(['create']);
    expect(records.size).toBe(0);
  });

  it('reads a run whose content is no longer stored', async () => {
    const { reconcile: bringOn, sent, cluster, contents, status } = begin();
    let remembered: JobRun | undefined;
    contents.of = (run) => (run.metadata.resourceVersion === '1' ? remembered : run);
    contents.remember = (run) => (remembered = run);
    cluster.getRun = () => (sent.push('read run'), Promise.resolve(echoRun({ suspend: true }, RUN.metadata)));
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual(['read run', 'create', 'status', 'event JobCreated of echo-hello']);
    expect(status()).toMatchObject({ phase: 'Suspended' });
  });

  it.each([
    ['was deleted', undefined],
    ['was replaced by another run with the same name', echoRun({}, { uid: 'recreated', resourceVersion: '3' })],
  ])('does nothing for a run that %s, when it reads it', async (_what, namesake) => {
    const { reconcile: bringOn, sent, cluster, contents } = begin();
    contents.of = () => undefined;
    cluster.getRun = () => (sent.push('read run'), Promise.resolve(namesake));
    expect(await bringOn()).toBeUndefined();
    expect(sent).toEqual(['read run']);
  });

  it('does not repeat a step forever', async () => {
    const { reconcile: bringOn, cluster, runs } = begin();
    let generation = 1;
    const { suspendJob } = cluster;
    const flip = () => {
      generation += 1;
      const run = runs.get('team', 'echo-hello')!;
      const metadata = { ...run.metadata, generation, resourceVersion: String(100 + generation) };
      runs.apply({ ...run, metadata, spec: { ...run.spec, suspend: generation % 2 === 0 } });
    };
    await bringOn();
    cluster.suspendJob = async (job, suspend) => {
      flip();
      return suspendJob(job, suspend);
    };
    flip();
    await expect(bringOn()).rejects.toThrow('no result after 18 steps');
  });
});
