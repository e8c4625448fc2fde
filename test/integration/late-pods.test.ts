import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PODS } from '../../api/resources.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { NAMESPACES, SyncerEnvironment } from './syncer-environment.ts';

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
async function begin(): Promise<string> {
  const namespace = await environment.namespace();
  await environment.template(namespace, 'echo', { managedBy: undefined });
  await environment.syncer();
  return namespace;
}

async function podOf(namespace: string, run: string): Promise<{ pod: Pod; job: Job }> {
  const { job } = await environment.withJob(namespace, run);
  const labelSelector = `batch.kubernetes.io/controller-uid=${job.metadata?.uid ?? ''}`;
  const pod = await waitFor(`the Pod of ${run}`, async () => {
    const { items } = await environment.client.list<Pod>(PODS, { namespace, labelSelector });
    return items[0];
  });
  return { pod, job };
}

const report = async ({ metadata }: Pod, status: Pod['status']): Promise<Pod> =>
  environment.client.patch<Pod>(
    PODS,
    { namespace: metadata?.namespace, name: metadata?.name ?? '', subresource: 'status' },
    { status },
  );

/** The status of a Pod whose only container has failed. */
function ended(exitCode: number, reason: string, message: string): NonNullable<Pod['status']> {
  const finishedAt = new Date().toISOString().replace(/\.\d+/, '');
  const state = { terminated: { exitCode, reason, message, startedAt: finishedAt, finishedAt } };
  const status = { name: 'echo', image: 'busybox', imageID: '', ready: false, restartCount: 0, state };
  return { phase: 'Failed', startTime: finishedAt, containerStatuses: [status] };
}

describe('a run reports why its Pods do not start', () => {
  it('if Pod Security refuses them', async () => {
    const namespace = await begin();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await environment.client.patch(NAMESPACES, { name: namespace }, { metadata: { labels } });
    await environment.run(namespace, 'refused');
    const { status } = await environment.runThat(namespace, 'refused', (run) => run.status?.waiting, 30_000);
    expect(status).toMatchObject({ phase: 'Pending', waiting: { reason: 'FailedCreate' } });
    expect(status?.waiting?.message).toContain('violates PodSecurity "restricted');
    const reconciling = status?.conditions?.find(({ type }) => type === 'Reconciling');
    expect(reconciling).toMatchObject({ status: 'True', reason: 'FailedCreate', message: status?.waiting?.message });
  }, 60_000);

  it('if no node fits, and if the image is missing; a run whose Pod is ready at once costs no request', async () => {
    const namespace = await begin();
    await environment.run(namespace, 'quick');
    const quick = await podOf(namespace, 'quick');
    const main = { name: 'echo', image: 'busybox', imageID: '', ready: false, restartCount: 0 };
    const startTime = new Date().toISOString().replace(/\.\d+/, '');
    await report(quick.pod, {
      phase: 'Running',
      startTime,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ ...main, ready: true, state: { running: { startedAt: startTime } } }],
    });
    await environment.runThat(namespace, 'quick', ({ status }) => status?.phase === 'Running');

    await environment.run(namespace, 'no-node');
    await environment.run(namespace, 'no-image');
    const message = '0/1 nodes are available';
    await report((await podOf(namespace, 'no-node')).pod, {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });
    const pull = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
    await report((await podOf(namespace, 'no-image')).pod, {
      containerStatuses: [{ ...main, state: { waiting: pull } }],
    });
    for (const [name, reason] of [
      ['no-node', 'Unschedulable'],
      ['no-image', 'ImagePullBackOff'],
    ] as const) {
      const { status } = await environment.runThat(namespace, name, (run) => run.status?.waiting, 30_000);
      expect(status).toMatchObject({ phase: 'Pending', waiting: { reason } });
    }
    expect(environment.sent('GET', new RegExp(quick.job.metadata?.uid ?? 'none'))).toBe(0);

    const { pod: late } = await podOf(namespace, 'no-node');
    await report(late, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
    const { status } = await environment.runThat(namespace, 'no-node', (run) => run.status?.phase === 'Running');
    expect(status).not.toHaveProperty('waiting');
  }, 90_000);
});

describe('a run reports why it failed', () => {
  it('with the container, its exit code and the end of its output, and its last attempt while it retries', async () => {
    const namespace = await environment.namespace();
    await environment.template(namespace, 'echo', { managedBy: undefined, backoffLimit: 1 });
    await environment.syncer();
    await environment.run(namespace, 'fails');
    const first = await podOf(namespace, 'fails');
    expect(first.pod.spec?.containers[0]?.terminationMessagePolicy).toBe('FallbackToLogsOnError');
    await report(first.pod, ended(137, 'OOMKilled', 'loading\nout of memory\n'));
    const retries = await environment.runThat(namespace, 'fails', ({ status }) => status?.failure);
    expect(retries.status).toMatchObject({
      phase: 'Running',
      failure: { reason: 'OOMKilled', exitCode: 137, pod: first.pod.metadata?.name, attempts: 1 },
    });
    expect(retries.status).not.toHaveProperty('error');

    const second = await waitFor('the second Pod', async () => {
      const { items } = await environment.client.list<Pod>(PODS, { namespace });
      return items.find(({ metadata }) => metadata?.name !== first.pod.metadata?.name);
    });
    await report(second, ended(3, 'Error', 'no such table\n'));
    const failed = await environment.runThat(namespace, 'fails', ({ status }) => status?.phase === 'Failed', 30_000);
    const error = 'container echo exited with 3 on attempt 2 of 2: no such table';
    expect(failed.status).toMatchObject({
      error,
      failure: { reason: 'Error', message: error, container: 'echo', exitCode: 3, attempts: 2, log: 'no such table' },
    });
  }, 90_000);
});
