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
