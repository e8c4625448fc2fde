import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useCluster, type Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { execute } from './execute.ts';
import { installChart, release, releaseNamespace, removeEverything } from './install.ts';
import { processOf } from './pod-processes.ts';
import { createRunsDuring } from './steady-creates.ts';

const NAMESPACE = 'e2e-replicas';
const WEBHOOKS = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=webhook`;

const misspelt = `{"apiVersion":"hematoscope.app/v1","kind":"JobRun","metadata":{"name":"misspelt"},
  "spec":{"templateRef":"idel"}}`;

interface PodList {
  items: { metadata: { name: string; deletionTimestamp?: string } }[];
}

/** Two replicas of the webhook, fifty clients that create runs, and what happens to replicas. */
describe('while clients create runs, no create is denied', { concurrent: false }, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await useCluster();
    await removeEverything(cluster);
    await cluster.kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('create', 'namespace', NAMESPACE);
    await installChart(cluster);
  });

  afterAll(async () => {
    await cluster.kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false');
    await removeEverything(cluster);
  });

  const inRelease = (...args: string[]) => cluster.kubectl('-n', releaseNamespace, ...args);
  /** Without those that a rollout is still removing. */
  const pods = async () => {
    const { items } = JSON.parse(await inRelease('get', 'pods', '-l', WEBHOOKS, '-o', 'json')) as PodList;
    const present = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return present.map(({ metadata }) => metadata.name).sort();
  };
  const untilBothReady = () => inRelease('rollout', 'status', `deployment/${release}`, '--timeout=120s');

  const creating = (event: () => Promise<unknown>) => createRunsDuring(cluster, NAMESPACE, event);

  /** As the kernel does if it has no memory left: without a signal to the process, and nothing is finished. */
  async function killOneOutright() {
    const [first = ''] = await pods();
    const uid = await inRelease('get', 'pod', first, '-o', 'jsonpath={.metadata.uid}');
    const status = 'jsonpath={.status.containerStatuses[?(@.name=="webhook")].restartCount}';
    const restarts = () => inRelease('get', 'pod', first, '-o', status);
    const before = await restarts();
    process.kill(processOf(uid, 'dist/webhook/'), 'SIGKILL');
    await eventually('the container to be started again', async () =>
      (await restarts()) === before ? undefined : true,
    );
    await untilBothReady();
  }

  test('when a replica is deleted', async () => {
    const [first = ''] = await pods();
    const { refused } = await creating(async () => {
      await inRelease('delete', 'pod', first);
      await untilBothReady();
    });
    expect(refused).toEqual([]);
    expect(await pods()).not.toContain(first);
  });

  test('when a replica is deleted by force, without its grace period', async () => {
    const [first = ''] = await pods();
    const { refused } = await creating(async () => {
      await inRelease('delete', 'pod', first, '--grace-period=0', '--force');
      await untilBothReady();
    });
    expect(refused).toEqual([]);
    expect(await pods()).not.toContain(first);
  });

  test('when the node is drained: one replica is evicted, and the budget keeps the other', async () => {
    const node = (await cluster.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    const before = await pods();
    const drain = [cluster.kubectlPath, 'drain', node, '--pod-selector', WEBHOOKS, '--timeout=15s'];
    const { refused } = await creating(async () => {
      const drained = await execute(drain, { env: cluster.environment });
      // There is only one node: an evicted Pod is recreated once the node accepts Pods again.
      await cluster.kubectl('uncordon', node);
      expect(drained.stderr).toContain("violate the pod's disruption budget");
      await untilBothReady();
    });
    expect(refused).toEqual([]);
    // The evicted replica serves until no requests arrive any more; the other one stays.
    const left = async () => (await pods()).filter((pod) => before.includes(pod)).length;
    await eventually('the evicted Pod to be gone', async () => ((await left()) < 2 ? true : undefined));
    expect(await left()).toBe(1);
  });

  test('when cert-manager renews the certificate again and again', async () => {
    const secretVersion = () =>
      inRelease('get', 'secret', `${release}-tls`, '-o', 'jsonpath={.metadata.resourceVersion}');
    const seen = new Set<string>();
    const issue = {
      type: 'Issuing',
      status: 'True',
      reason: 'ManuallyTriggered',
      message: 'asked for',
      lastTransitionTime: new Date().toISOString(),
    };
    const { refused } = await creating(async () => {
      for (let i = 0; i < 15; i += 1) {
        const patch = JSON.stringify([{ op: 'add', path: '/status/conditions/-', value: issue }]);
        await inRelease('patch', 'certificate', `${release}-tls`, '--subresource=status', '--type=json', '-p', patch);
        await sleep(1_000);
        seen.add(await secretVersion());
      }
    });
    expect(refused).toEqual([]);
    expect(seen.size).toBeGreaterThan(5);
  });

  test('except, for a moment, those that reach a replica killed outright; a retry succeeds', async () => {
    const { created, refused } = await creating(killOneOutright);
    // The API server sends half of its calls to that replica until the node notices.
    for (const message of refused) expect(message).toMatch(/failed calling webhook/);
    expect(created).toBeGreaterThan(refused.length);
    const after = await creating(() => Promise.resolve());
    expect(after.refused).toEqual([]);
  });

  test('not even when a replica is killed outright, if failurePolicy is Ignore: runs that reach no webhook are admitted unchecked', async () => {
    await installChart(cluster, '--set', 'admission.failurePolicy=Ignore');
    const { refused } = await creating(killOneOutright);
    expect(refused).toEqual([]);
    // A run that reaches a webhook is checked as always.
    const { code, stderr } = await cluster.apply(misspelt, '-n', NAMESPACE);
    expect(stderr).toContain('did you mean "idle"?');
    expect(code).not.toBe(0);
  });
});
