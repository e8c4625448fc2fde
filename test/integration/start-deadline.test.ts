import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS, PODS } from '../../api/resources.ts';
import type { Job, KubeObject, Pod } from '../../api/wire.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { SyncerEnvironment } from './syncer-environment.ts';

const QUOTAS = { group: '', version: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota' };

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

/** The real Job controller creates the Pods. No node runs them: the test writes what a kubelet would. */
async function begin(startDeadlineSeconds: number, spec: object = {}): Promise<string> {
  const namespace = await environment.namespace();
  await environment.template(namespace, 'echo', { managedBy: undefined, ...spec });
  await setDeadline(namespace, startDeadlineSeconds);
  return namespace;
}

const setDeadline = async (namespace: string, startDeadlineSeconds: number | null): Promise<unknown> =>
  environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { runs: { startDeadlineSeconds } });

async function podOf(namespace: string, run: string): Promise<{ pod: Pod; job: Job }> {
  const { job } = await environment.withJob(namespace, run);
  const labelSelector = `batch.kubernetes.io/controller-uid=${job.metadata?.uid ?? ''}`;
  const pod = await waitFor(`the Pod of ${run}`, async () => {
    const { items } = await environment.client.list<Pod>(PODS, { namespace, labelSelector });
    return items[0];
  });
  return { pod, job };
}

const report = async ({ metadata }: Pod, status: Pod['status']): Promise<unknown> =>
  environment.client.patch(
    PODS,
    { namespace: metadata?.namespace, name: metadata?.name ?? '', subresource: 'status' },
    { status },
  );

const echo = (state: object) => [{ name: 'echo', image: 'busybox', imageID: '', ready: false, restartCount: 0, state }];
const PULL = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
const RUNNING = { running: { startedAt: new Date().toISOString().replace(/\.\d+/, '') } };
const finished = (namespace: string, name: string): Promise<JobRun> =>
  environment.runThat(
    namespace,
    name,
    ({ status }) => status?.conditions?.some(({ type, status: state }) => type === 'Finished' && state === 'True'),
    40_000,
  );
const jobOf = async (namespace: string, { metadata }: Job): Promise<Job> =>
  environment.client.get<Job>(JOBS, { namespace, name: metadata?.name ?? '' });
const WITHIN = 'within 2 seconds (runs.startDeadlineSeconds of the template)';
const LONG = 3600;

describe('a run that does not start in time', () => {
  it('fails without a Job, with the reason why it has none', async () => {
    const namespace = await begin(LONG);
    const quota = { metadata: { name: 'none' }, spec: { hard: { 'count/jobs.batch': '0' } } };
    await environment.client.create<KubeObject>(QUOTAS, namespace, quota);
    await waitFor('the quota', async () => {
      const { status } = await environment.client.get<KubeObject & { status?: { hard?: object } }>(QUOTAS, {
        namespace,
        name: 'none',
      });
      return status?.hard;
    });
    await environment.syncer();
    await environment.run(namespace, 'blocked');
    await environment.runThat(namespace, 'blocked', ({ status: seen }) => seen?.waiting?.reason === 'Forbidden');
    await setDeadline(namespace, 1);
    const { status } = await finished(namespace, 'blocked');
    expect(status).toMatchObject({ phase: 'Failed' });
    expect(status?.error).toMatch(/^the JobRun had no Job within 1 second .*: Forbidden: .*exceeded quota/);
    expect(status?.conditions?.find(({ type }) => type === 'Failed')).toMatchObject({
      reason: 'StartDeadlineExceeded',
    });
    expect(await environment.jobs(namespace)).toEqual([]);
  }, 60_000);

  it('is stopped with its Job, and reports why its Pod waits; the Job remains', async () => {
    const namespace = await begin(LONG);
    await environment.syncer();
    await environment.run(namespace, 'no-image');
    const { pod, job } = await podOf(namespace, 'no-image');
    await report(pod, { phase: 'Pending', containerStatuses: echo(PULL) });
    // How runs are treated counts as it is now.
    await setDeadline(namespace, 2);
    const { status } = await finished(namespace, 'no-image');
    const message = `no container of the JobRun had started ${WITHIN}: ImagePullBackOff: container "echo" of Pod "${pod.metadata?.name ?? ''}" cannot start: Back-off pulling image`;
    expect(status).toMatchObject({
      phase: 'Failed',
      error: message,
      failure: { reason: 'StartDeadlineExceeded', message },
    });
    expect(status?.conditions?.find(({ type }) => type === 'Failed')).toMatchObject({
      reason: 'StartDeadlineExceeded',
    });
    expect((await jobOf(namespace, job)).spec).toMatchObject({ activeDeadlineSeconds: 1 });
  }, 60_000);

  it('is stopped by the next leader, whatever the last one remembered', async () => {
    const namespace = await begin(LONG);
    const first = await environment.syncer();
    await environment.run(namespace, 'no-node');
    await podOf(namespace, 'no-node');
    await first.stop();
    await setDeadline(namespace, 1);
    await environment.syncer();
    const { status } = await finished(namespace, 'no-node');
    expect(status).toMatchObject({ phase: 'Failed', failure: { reason: 'StartDeadlineExceeded' } });
  }, 60_000);
});

describe('a run is not stopped', () => {
  it.each([3_600_000, -3_600_000])(
    'early or late because the clock of the leader is wrong by %i ms',
    async (wrongMs) => {
      const namespace = await begin(LONG / 2);
      const clock = { now: () => Date.now() + wrongMs, monotonic: () => performance.now() };
      await environment.syncer({}, { clock });
      await environment.run(namespace, 'waits');
      const { pod } = await podOf(namespace, 'waits');
      await report(pod, { phase: 'Pending', containerStatuses: echo(PULL) });
      const { status } = await environment.runThat(
        namespace,
        'waits',
        ({ status: seen }) => seen?.waiting?.reason === 'ImagePullBackOff',
        40_000,
      );
      expect(status?.phase).toBe('Pending');
      expect(Math.abs(Date.parse(status!.waiting!.since) - Date.now())).toBeLessThan(60_000);
      await setDeadline(namespace, 2);
      expect((await finished(namespace, 'waits')).status).toMatchObject({
        failure: { reason: 'StartDeadlineExceeded' },
      });
    },
    60_000,
  );

  it('if a container runs that is not ready, or while it is suspended; it has its time after that', async () => {
    const namespace = await begin(LONG);
    await environment.syncer();
    await environment.run(namespace, 'started');
    await environment.run(namespace, 'suspended', { spec: { suspend: true } });
    await environment.run(namespace, 'stuck');
    const started = await podOf(namespace, 'started');
    await report(started.pod, { phase: 'Running', containerStatuses: echo(RUNNING) });
    await podOf(namespace, 'stuck');
    const { job: suspended } = await environment.withJob(namespace, 'suspended');
    await setDeadline(namespace, 3);
    // The one that is stuck shows that the deadline of the others has passed.
    expect((await finished(namespace, 'stuck')).status).toMatchObject({ failure: { reason: 'StartDeadlineExceeded' } });
    expect(
      (await environment.runThat(namespace, 'started', ({ status }) => status?.phase === 'Running')).status,
    ).not.toHaveProperty('failure');
    for (const job of [started.job, suspended]) {
      expect((await jobOf(namespace, job)).metadata?.annotations).not.toHaveProperty(['hematoscope.app/stopped']);
    }
    await environment.client.patch(JOB_RUNS, { namespace, name: 'suspended' }, { spec: { suspend: false } });
    const { status } = await finished(namespace, 'suspended');
    expect(status).toMatchObject({ failure: { reason: 'StartDeadlineExceeded' } });
    const resumed = Date.parse((await jobOf(namespace, suspended)).status?.startTime ?? '');
    const end = Date.parse(status?.conditions?.find(({ type }) => type === 'Finished')?.lastTransitionTime ?? '');
    expect(end - resumed).toBeGreaterThanOrEqual(3_000);
  }, 90_000);
});
