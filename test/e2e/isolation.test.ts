import { describe, expect, test } from 'vitest';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { findProcess, processOf } from './pod-processes.ts';
import { useReleaseUnderLoad } from './release-under-load.ts';

const NAMESPACE = 'e2e-isolation';

/** A supervisor notices within a minute that its syncer hangs, and a slow machine needs a while to start another. */
const PATIENCE = { timeoutMilliseconds: 240_000, intervalMilliseconds: 500 };
const TEST_LIMIT = 900_000;
/** At most fifty requests a second, so that the machine has CPU left for the event. */
const LOAD = { pauseMs: 1_000, storeSome: true } as const;
/**
 * Fifty clients keep a slow machine busy for longer than the default timeouts of admission, and the containers would
 * get the smallest share of its CPU. This test is about webhooks that cannot be reached, not about slow ones.
 */
const PATIENT_ADMISSION = [
  'admission.timeoutSeconds=12',
  'admission.mutateTimeoutSeconds=12',
  'webhook.resources.requests.cpu=300m',
  'syncer.resources.requests.cpu=100m',
].join(',');
/** Enough for the supervisor, but not for a syncer beside it. The container counts as started without a syncer. */
const TOO_LITTLE_MEMORY = [
  '--set',
  'syncer.resources.limits.memory=112Mi,syncer.resources.requests.memory=64Mi',
  '--set-json',
  'syncer.extraEnv=[{"name":"STARTED_AFTER_SECONDS","value":"10"}]',
];

/** By default, each Pod of the webhook contains a syncer. Whatever happens to it, the webhook beside it serves. */
describe('while clients create runs, no create is denied', { concurrent: false, timeout: TEST_LIMIT }, () => {
  const { cluster, inRelease, install, pods, untilAllReady, creating } = useReleaseUnderLoad(
    NAMESPACE,
    LOAD,
    '--set',
    PATIENT_ADMISSION,
  );

  const syncerOf = ({ uid }: { uid: string }) => findProcess(uid, 'dist/syncer/');

  /** Sends a signal to a process in each Pod, and waits until each has another syncer process. */
  async function signalAll(signal: NodeJS.Signals, folder: string): Promise<void> {
    const signalIn = async (pod: { uid: string }) => {
      const before = await waitFor('a syncer to run', () => Promise.resolve(syncerOf(pod)), PATIENCE);
      process.kill(processOf(pod.uid, folder), signal);
      const another = () => {
        const now = syncerOf(pod);
        return Promise.resolve(now === before ? undefined : now);
      };
      await waitFor(`another syncer after ${signal}`, another, PATIENCE);
    };
    await Promise.all((await pods()).map(signalIn));
  }

  const restartsOf = ({ name }: { name: string }) =>
    inRelease('get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[*].restartCount}');

  /** A syncer works again, and nothing was lost while none did. */
  async function untilJobsExist(runs: readonly string[]): Promise<void> {
    const allHaveJobs = async () => {
      const format = 'jsonpath={range .items[?(@.status.jobName)]}{.metadata.name}{"\\n"}{end}';
      const names = await cluster().kubectl('-n', NAMESPACE, 'get', 'jobruns', '-o', format);
      const withJob = new Set(names.split('\n'));
      return runs.every((run) => withJob.has(run)) ? true : undefined;
    };
    await waitFor('every run to have a Job', allHaveJobs, PATIENCE);
  }

  test.each<[string, NodeJS.Signals, string, number]>([
    ['every syncer is killed, again and again', 'SIGKILL', 'dist/syncer/', 2],
    ['every syncer is asked to stop', 'SIGTERM', 'dist/syncer/', 1],
    ['the first process of every container is asked to stop', 'SIGTERM', 'dist/supervisor/', 1],
    ['every syncer hangs', 'SIGSTOP', 'dist/syncer/', 1],
  ])('when %s', async (_what, signal, folder, rounds) => {
    await untilAllReady();
    const before = await pods();
    const { created, stored, refused } = await creating(async () => {
      for (let i = 0; i < rounds; i += 1) await signalAll(signal, folder);
    });
    expect(refused).toEqual([]);
    expect(created).toBeGreaterThan(100);
    expect(stored).not.toEqual([]);
    // The same Pods, ready without interruption.
    expect(await pods()).toEqual(before);
    expect(await Promise.all(before.map(restartsOf))).toEqual(['0 0', '0 0']);
    await untilJobsExist(stored);
  });

  test('when syncers get too little memory to start', async () => {
    const { stored, refused } = await creating(async () => {
      await install(...TOO_LITTLE_MEMORY);
      const starved = async () => {
        const logs = await Promise.all((await pods()).map(({ name }) => inRelease('logs', name, '-c', 'syncer')));
        return logs.every((log) => log.includes('raise the memory limit of the syncer')) ? true : undefined;
      };
      await waitFor('the log of each Pod to report it', starved, PATIENCE);
    });
    expect(refused).toEqual([]);
    expect((await pods()).map(({ readySince }) => readySince)).toEqual([expect.any(String), expect.any(String)]);
    await install();
    await untilJobsExist(stored);
  });

  test('when a Pod is deleted: its syncer stops in an orderly way', async () => {
    await install();
    await untilAllReady();
    const running = async () => {
      const all = await pods();
      return all.length === 2 && all.every((pod) => syncerOf(pod) !== undefined) ? all : undefined;
    };
    const [pod] = await waitFor('a syncer in each Pod', running, PATIENCE);
    const { name } = pod!;
    // The log of a Pod is deleted with it.
    const log = inRelease('logs', name, '-c', 'syncer', '--follow', '--tail=-1');
    const { stored, refused } = await creating(async () => {
      await inRelease('delete', 'pod', name, '--timeout=180s');
      await untilAllReady();
    });
    expect(refused).toEqual([]);
    expect(await log).toContain('the syncer has stopped');
    await untilJobsExist(stored);
  });
});
