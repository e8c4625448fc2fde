import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { execute } from './execute.ts';
import { release } from './install.ts';
import { processOf } from './pod-processes.ts';
import { useReleaseUnderLoad, WEBHOOKS } from './release-under-load.ts';
import { STEADY } from './steady-creates.ts';

const NAMESPACE = 'e2e-replicas';

const misspelt = `{"apiVersion":"hematoscope.app/v1","kind":"JobRun","metadata":{"name":"misspelt"},
  "spec":{"templateRef":"idel"}}`;

/** Two replicas of the webhook, fifty clients that create runs, and what happens to replicas. */
describe('while clients create runs, no create is denied', { concurrent: false }, () => {
  const { cluster, inRelease, install, pods, untilAllReady, creating } = useReleaseUnderLoad(NAMESPACE, STEADY);
  const podNames = async () => (await pods()).map(({ name }) => name);

  /** As the kernel does if it has no memory left: without a signal to the process, and nothing is finished. */
  async function killOneOutright() {
    const [{ name: first, uid } = { name: '', uid: '' }] = await pods();
    const status = 'jsonpath={.status.containerStatuses[?(@.name=="webhook")].restartCount}';
    const restarts = () => inRelease('get', 'pod', first, '-o', status);
    const before = await restarts();
    process.kill(processOf(uid, 'dist/webhook/'), 'SIGKILL');
    await eventually('the container to be started again', async () =>
      (await restarts()) === before ? undefined : true,
    );
    await untilAllReady();
  }

  test('when a replica is deleted', async () => {
    const [first = ''] = await podNames();
    const { refused } = await creating(async () => {
      await inRelease('delete', 'pod', first);
      await untilAllReady();
    });
    expect(refused).toEqual([]);
    expect(await podNames()).not.toContain(first);
  });

  test('when a replica is deleted by force, without its grace period', async () => {
    const [first = ''] = await podNames();
    const { refused } = await creating(async () => {
      await inRelease('delete', 'pod', first, '--grace-period=0', '--force');
      await untilAllReady();
    });
    expect(refused).toEqual([]);
    expect(await podNames()).not.toContain(first);
  });

  test('when the node is drained: one replica is evicted, and the budget keeps the other', async () => {
    const node = (await cluster().kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim();
    const before = await podNames();
    const drain = [cluster().kubectlPath, 'drain', node, '--pod-selector', WEBHOOKS, '--timeout=15s'];
    const { refused } = await creating(async () => {
      const drained = await execute(drain, { env: cluster().environment });
      // There is only one node: an evicted Pod is recreated once the node accepts Pods again.
      await cluster().kubectl('uncordon', node);
      expect(drained.stderr).toContain("violate the pod's disruption budget");
      await untilAllReady();
    });
    expect(refused).toEqual([]);
    // The evicted replica serves until no requests arrive any more; the other one stays.
    const left = async () => (await podNames()).filter((pod) => before.includes(pod)).length;
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
    // There can be only one such condition.
    const issuing = () =>
      inRelease(
        'get',
        'certificate',
        `${release}-tls`,
        '-o',
        'jsonpath={.status.conditions[?(@.type=="Issuing")].status}',
      );
    const { refused } = await creating(async () => {
      for (let i = 0; i < 15; i += 1) {
        const patch = JSON.stringify([{ op: 'add', path: '/status/conditions/-', value: issue }]);
        await inRelease('patch', 'certificate', `${release}-tls`, '--subresource=status', '--type=json', '-p', patch);
        await sleep(1_000);
        await expect.poll(issuing, { timeout: 60_000, interval: 200 }).toBe('');
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
    await install('--set', 'admission.failurePolicy=Ignore');
    const { refused } = await creating(killOneOutright);
    expect(refused).toEqual([]);
    // A run that reaches a webhook is checked as always.
    const { code, stderr } = await cluster().apply(misspelt, '-n', NAMESPACE);
    expect(stderr).toContain('did you mean "idle"?');
    expect(code).not.toBe(0);
  });
});
