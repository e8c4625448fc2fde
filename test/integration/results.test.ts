import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_TEMPLATES, PODS } from '../../api/resources.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import type { SyncerConfig } from '../../syncer/config.ts';
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

const RESULTS = [{ name: 'rows', schema: { type: 'integer', minimum: 0 } }, { name: 'file' }];

/** The real Job controller creates the Pods. No node runs them: the test writes what a kubelet would. */
async function begin(config: Partial<SyncerConfig> = {}, spec: object = {}): Promise<string> {
  const namespace = await environment.namespace();
  await environment.template(namespace, 'echo', { managedBy: undefined, backoffLimit: 2, ...spec });
  await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { results: RESULTS });
  await environment.syncer(config);
  return namespace;
}

async function podsOf(namespace: string, run: string): Promise<{ pods: Pod[]; job: Job }> {
  const { job } = await environment.withJob(namespace, run);
  const labelSelector = `batch.kubernetes.io/controller-uid=${job.metadata?.uid ?? ''}`;
  const pods = await waitFor(`the Pod of ${run}`, async () => {
    const { items } = await environment.client.list<Pod>(PODS, { namespace, labelSelector });
    return items.some(({ status }) => status?.phase === 'Pending') ? items : undefined;
  });
  return { pods, job };
}

/** What a kubelet reports of a Pod whose container has ended. */
async function end({ metadata }: Pod, exitCode: number, message?: string): Promise<void> {
  const finishedAt = new Date().toISOString().replace(/\.\d+/, '');
  const terminated = { exitCode, startedAt: finishedAt, finishedAt, ...(message !== undefined && { message }) };
  const container = {
    name: 'echo',
    image: 'busybox',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { terminated },
  };
  const status = {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    startTime: finishedAt,
    containerStatuses: [container],
  };
  await environment.client.patch(
    PODS,
    { namespace: metadata?.namespace, name: metadata?.name ?? '', subresource: 'status' },
    { status },
  );
}

const succeed = async (namespace: string, name: string, message?: string): Promise<JobRun> => {
  await environment.run(namespace, name);
  const { pods } = await podsOf(namespace, name);
  await end(pods[0]!, 0, message);
  return succeeded(namespace, name);
};
const succeeded = (namespace: string, name: string): Promise<JobRun> =>
  environment.runThat(namespace, name, ({ status }) => status?.phase === 'Succeeded', 30_000);
const validity = ({ status }: JobRun) => status?.conditions?.find(({ type }) => type === 'ResultsValid');

describe('a run that has succeeded', () => {
  it('has the results that its container wrote, read in one request, also after a failed attempt', async () => {
    const namespace = await begin();
    await environment.run(namespace, 'good');
    const first = await podsOf(namespace, 'good');
    await end(first.pods[0]!, 1, '{"rows": 1, "file": "of a failed attempt"}');
    const second = await podsOf(namespace, 'good');
    const before = environment.sent('GET', /status\.phase/);
    await end(
      second.pods.find(({ status }) => status?.phase === 'Pending')!,
      0,
      '{"rows": 42, "file": "a.csv"}',
    );
    const run = await succeeded(namespace, 'good');
    expect(run.status?.results).toEqual({ rows: 42, file: 'a.csv' });
    expect(validity(run)).toMatchObject({ status: 'True', reason: 'ResultsValid' });
    expect(environment.sent('GET', /status\.phase/) - before).toBe(1);
  }, 90_000);

  it('has none if they are wrong or missing, with the reason and an Event, and has succeeded all the same', async () => {
    const namespace = await begin();
    const wrong = await succeed(namespace, 'wrong', '{"rows": "42"}');
    expect(validity(wrong)).toMatchObject({
      status: 'False',
      reason: 'ResultsInvalid',
      message:
        '[results[rows]: Invalid value: "42": must be a whole number: write it without quotes, results[file]: Required value: the template declares this result, of type string]',
    });
    const missing = await succeed(namespace, 'missing');
    expect(validity(missing)).toMatchObject({ status: 'False', reason: 'ResultsMissing' });
    for (const run of [wrong, missing]) expect(run.status).not.toHaveProperty('results');
    await expect
      .poll(() => environment.eventReasons(namespace))
      .toEqual(expect.arrayContaining(['ResultsInvalid', 'ResultsMissing', 'Completed']));
  }, 90_000);

  it('has its results, though the Pod cannot be read at once, and the first write of its status gets no answer', async () => {
    const namespace = await begin();
    let broken = 0;
    environment.proxy.onRequest = ({ method, path }) => {
      const isRead = path.includes('status.phase') && broken === 0;
      const isWrite = method === 'PATCH' && path.includes('/jobruns/unclear/status') && broken === 1;
      if (!isRead && !isWrite) return 'pass';
      broken += 1;
      return isRead ? { code: 500, status: { kind: 'Status', code: 500, message: 'try again' } } : 'cutAfter';
    };
    const run = await succeed(namespace, 'unclear', '{"rows": 1, "file": "a.csv"}');
    expect(broken).toBe(2);
    expect(run.status?.results).toEqual({ rows: 1, file: 'a.csv' });
  }, 60_000);

  it('has no results if the syncer may not read Pods', async () => {
    const namespace = await begin({ readPods: false });
    const unread = await succeed(namespace, 'unread', '{"rows": 42, "file": "a.csv"}');
    expect(validity(unread)).toMatchObject({ status: 'Unknown', reason: 'ResultsUnknown' });
    expect(unread.status).not.toHaveProperty('results');
  }, 60_000);

  it('has its results before its Job and its Pods are removed', async () => {
    const namespace = await begin({}, { ttlSecondsAfterFinished: 0 });
    const run = await succeed(namespace, 'removed', '{"rows": 0, "file": ""}');
    expect(run.status?.results).toEqual({ rows: 0, file: '' });
    await expect.poll(() => environment.jobs(namespace), { timeout: 15_000 }).toEqual([]);
  }, 60_000);

  it('costs no request if its template declares none', async () => {
    const namespace = await begin();
    await environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { results: null });
    await environment.stopSyncers();
    await environment.syncer();
    const run = await succeed(namespace, 'plain', '{"rows": 42, "file": "a.csv"}');
    expect(run.status).not.toHaveProperty('results');
    expect(validity(run)).toBeUndefined();
    expect(environment.sent('GET', /status\.phase/)).toBe(0);
  }, 60_000);
});
