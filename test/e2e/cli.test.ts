import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../api/wire.ts';
import { startFaultProxy } from '../integration/fault-proxy.ts';
import type { FaultProxy } from '../integration/fault-proxy.ts';
import { startCli } from '../integration/cli-process.ts';
import { useCluster, type Cluster } from './cluster.ts';
import { followNewJob } from './followed-job.ts';
import { installChart, removeEverything } from './install.ts';
import { placeIn, run, template } from './objects.ts';

const namespace = 'e2e-cli';

let cluster: Cluster;
let kubeConfig: KubeConfig;
let proxy: FaultProxy;

beforeAll(async () => {
  cluster = await useCluster();
  await removeEverything(cluster);
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
  await cluster.kubectl('create', 'namespace', namespace);
  kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(cluster.kubeconfig);
  proxy = await startFaultProxy(kubeConfig);
  await installChart(cluster);
});

afterAll(async () => {
  await proxy.close();
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
  await removeEverything(cluster);
});

const sh = (script: string, name = 'main') => ({ name, image: 'busybox', command: ['sh', '-c', script] });

/** A Job with the given containers. */
function job(name: string, containers: object[], { spec = {}, pod = {} } = {}): Job {
  const template = { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers, ...pod } };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: { backoffLimit: 0, ...spec, template },
  } as Job;
}

const numbers = (from: number, to: number, text = '') =>
  Array.from({ length: to - from + 1 }, (_, at) => `${text}${from + at}\n`).join('');

/** The lines of one container, without their prefix. */
const linesOf = (output: string, prefix: string) =>
  output
    .split(/(?<=\n)/)
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length))
    .join('');

describe('the output of a Job', () => {
  test('is complete: 200,000 lines, then an immediate exit', async () => {
    const { output, notes } = await followNewJob(kubeConfig, job('many', [sh('seq 1 200000')]));
    // On a busy node, containerd gives up after two seconds and stores only a part of what is written that fast.
    const stored = await cluster.kubectl('-n', namespace, 'logs', 'job/many');
    expect(output === stored).toBe(true);
    expect(numbers(1, 200_000).startsWith(output)).toBe(true);
    expect(output.length).toBeGreaterThan(100_000);
    expect(notes).toEqual([]);
  });

  test('is complete although its connection is cut again and again', async () => {
    let cuts = 0;
    proxy.onRequest = ({ path }) => {
      if (!path.includes('/log?') || cuts >= 12) return 'pass';
      cuts += 1;
      return { answer: cuts % 3 === 1 ? 'end' : 'reset', afterMs: 20 + 25 * cuts };
    };
    const script = 'for i in $(seq 0 59); do seq $((i*1000+1)) $((i*1000+1000)); usleep 100000; done';
    const { output } = await followNewJob(proxy.kubeConfig, job('cut', [sh(script)]));
    proxy.onRequest = () => 'pass';
    expect(output === numbers(1, 60_000)).toBe(true);
    expect(cuts).toBeGreaterThanOrEqual(8);
  });

  test('has every attempt, and says how the one before ended', async () => {
    const script = 'echo begin; sleep 1; echo end; exit 3';
    const { output, notes } = await followNewJob(kubeConfig, job('again', [sh(script)], { spec: { backoffLimit: 1 } }));
    expect(output).toBe('begin\nend\nbegin\nend\n');
    expect(notes).toEqual(['attempt 2 of 2; attempt 1: exit 3']);
  });

  test('has every attempt of a container that is restarted in its Pod', async () => {
    const script = 'n=$(cat /w/n 2>/dev/null || echo 0); echo $((n+1)) >/w/n; echo attempt $((n+1)); test $n -ge 2';
    const pod = { restartPolicy: 'OnFailure', volumes: [{ name: 'w', emptyDir: {} }] };
    const container = { ...sh(script), volumeMounts: [{ name: 'w', mountPath: '/w' }] };
    const { output, notes } = await followNewJob(
      kubeConfig,
      job('in-place', [container], { spec: { backoffLimit: 5 }, pod }),
    );
    expect(output).toBe('attempt 1\nattempt 2\nattempt 3\n');
    expect(notes.filter((note) => note.startsWith('attempt'))).toEqual([
      'attempt 2 of 6; attempt 1: exit 1',
      'attempt 3 of 6; attempt 2: exit 1',
    ]);
  });

  test('has what a Pod wrote before it was deleted, and the output of the next Pod', async () => {
    let isDeleted = false;
    const onOutput = (output: string) => {
      if (isDeleted || !output.includes('\n20\n')) return;
      isDeleted = true;
      void cluster.kubectl('-n', namespace, 'delete', 'pod', '-l', 'job-name=deleted', '--wait=false');
    };
    const script =
      'trap "echo deleted; exit 1" TERM; i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i; sleep 0.1; done';
    const pod = { terminationGracePeriodSeconds: 20 };
    const deleted = job('deleted', [sh(script)], { spec: { backoffLimit: 2, podReplacementPolicy: 'Failed' }, pod });
    const { output } = await followNewJob(kubeConfig, deleted, { onOutput });
    const [first = '', second = ''] = output.split('deleted\n');
    expect(first).toBe(numbers(1, first.split('\n').length - 1));
    expect(second).toBe(numbers(1, 40));
  });

  test('has init containers in their order, then all containers, each line with its container', async () => {
    const pod = { initContainers: [sh('seq 1 3', 'one'), sh('seq 4 6', 'two')] };
    const containers = [sh('seq 1 5000'), sh('seq 5001 10000', 'side')];
    const { output } = await followNewJob(kubeConfig, job('several', containers, { pod }));
    expect(output.startsWith('[one] 1\n[one] 2\n[one] 3\n[two] 4\n[two] 5\n[two] 6\n')).toBe(true);
    expect(linesOf(output, '[main] ') === numbers(1, 5000)).toBe(true);
    expect(linesOf(output, '[side] ') === numbers(5001, 10_000)).toBe(true);
    expect(output.split('\n')).toHaveLength(10_007);
  });

  test('of an Indexed Job has the index before each line, though fewer logs are read than there are Pods', async () => {
    const spec = { completionMode: 'Indexed', completions: 3, parallelism: 3 };
    const indexed = job('indexed', [sh('seq 1 3000')], { spec });
    const { output } = await followNewJob(kubeConfig, indexed, { slots: 2 });
    for (const index of [0, 1, 2]) expect(linesOf(output, `[${index}] `) === numbers(1, 3000)).toBe(true);
    expect(output.split('\n')).toHaveLength(9_001);
  });

  test('has lines without an end, long lines and bytes that are not text as they are', async () => {
    const script = String.raw`head -c 300000 /dev/zero | tr '\0' x; echo; printf '\377\000 a\r\033[31mb\nend'`;
    const { output } = await followNewJob(kubeConfig, job('bytes', [sh(script)]));
    expect(output === `${'x'.repeat(300_000)}\n\ufffd\u0000 a\r\u001b[31mb\nend`).toBe(true);
  });
});

describe('kubectl jobrun logs', () => {
  const cli = (...args: string[]) => startCli([...args, '-n', namespace], { kubeconfig: cluster.kubeconfig }).ended;
  const place = () => placeIn(cluster, namespace);

  beforeAll(async () => {
    const script = 'echo begin; sleep 2; echo end; exit $CODE';
    const container = { command: ['sh', '-c', script], env: [{ name: 'CODE', value: '0' }] };
    await place().accepted(template('speaks', container, { spec: { backoffLimit: 1 } }));
  });

  test('-f follows a run that has not started, to its end', async () => {
    await place().accepted(run('followed', 'speaks'));
    const { code, stdout, stderr } = await cli('logs', '-f', 'followed');
    expect([code, stdout], stderr).toEqual([0, 'begin\nend\n']);
    // Its Pod may have started before the first look.
    expect(stderr).toMatch(/jobrun\/followed is (?:pending|running)/);
  });

  test('prints the attempts of a finished run, one of them, or its last lines', async () => {
    await place().accepted(run('failed', 'speaks', { env: [{ name: 'CODE', value: '7' }] }));
    expect(await place().phaseAtEnd('failed')).toBe('Failed');
    expect(await cli('logs', 'failed')).toEqual({
      code: 0,
      stdout: 'begin\nend\nbegin\nend\n',
      stderr: 'attempt 2 of 2; attempt 1: exit 7\n',
    });
    expect(await cli('logs', 'failed', '--attempt', '2', '--tail', '1', '--prefix', 'always')).toMatchObject({
      stdout: expect.stringMatching(/^\[\w{5} main\] end\n$/) as string,
      stderr: '',
    });
    const { stdout } = await cli('logs', 'failed', '--attempt', '1', '-o', 'json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { container: 'main', attempt: 1, text: 'begin' },
      { container: 'main', attempt: 1, text: 'end' },
    ]);
  });

  test.each([
    [['nowhere'], 'there is no JobRun "nowhere"'],
    [['failed', '-c', 'mian'], 'the run has no container "mian"; did you mean "main"?'],
    [['failed', '--index', '1'], '--index: the Job of the run is not Indexed'],
  ])('%j exits with 2, and says why', async (args, message) => {
    const { code, stdout, stderr } = await cli('logs', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
