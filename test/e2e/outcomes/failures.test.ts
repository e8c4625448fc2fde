import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSuccess } from '../../integration/command-results.ts';
import { eventually } from '../eventually.ts';
import { execute } from '../execute.ts';
import { conditionTrue, matching, Outcomes, shell, SLEEPS, stopsAfter, type Work } from './outcomes.ts';

const namespace = 'e2e-failures';
const outcomes = new Outcomes(namespace);
const { start, statusOf, reports, podsOf } = outcomes;

/** Runs that fail, and what they report. */
const failing: Record<string, Work & { failure: object; error: string | RegExp }> = {
  'too-little-memory': {
    container: { ...shell('echo reading; exec tail /dev/zero'), resources: { limits: { memory: '16Mi' } } },
    spec: { backoffLimit: 1 },
    failure: { reason: 'OOMKilled', container: 'main', exitCode: 137, attempts: 2, log: 'reading' },
    error: 'container main exited with 137 (OOMKilled) on attempt 2 of 2: reading',
  },
  'exit-code': {
    container: shell('echo working >&2; echo cannot open the file >&2; exit 3'),
    failure: { reason: 'Error', container: 'main', exitCode: 3, attempts: 1, log: 'working\ncannot open the file' },
    error: 'container main exited with 3: cannot open the file',
  },
  'by-signal': {
    container: shell('kill -KILL $$$$'),
    // Nobody can kill process 1 of a container from inside. Kubernetes replaces $$ by $.
    pod: { shareProcessNamespace: true },
    failure: { reason: 'Error', container: 'main', exitCode: 137 },
    error: 'container main exited with 137',
  },
  'no-such-program': {
    container: { command: ['/no/such/program'] },
    failure: { reason: 'StartError', container: 'main', exitCode: 128 },
    error: /^container main exited with 128 \(StartError\): .*\/no\/such\/program/,
  },
  deadline: {
    container: SLEEPS,
    spec: { activeDeadlineSeconds: 3 },
    failure: { reason: 'DeadlineExceeded' },
    error: 'Job failed: DeadlineExceeded: Job was active longer than specified deadline',
  },
  'by-rule': {
    container: shell('exit 42'),
    spec: {
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [{ action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } }],
      },
    },
    failure: { reason: 'PodFailurePolicy', container: 'main', exitCode: 42, attempts: 1 },
    error: /^container main exited with 42 on attempt 1 of 4 \(Container main .* matching FailJob rule at index 0\)$/,
  },
  'failed-init': {
    container: shell('true'),
    pod: { initContainers: [{ name: 'prepare', image: 'busybox', ...shell('echo no space; exit 4') }] },
    failure: { container: 'prepare', exitCode: 4, log: 'no space' },
    error: 'container prepare exited with 4: no space',
  },
  'first-of-two': {
    container: shell('sleep 4; exit 6'),
    pod: {
      containers: [
        { name: 'late', image: 'busybox', ...shell('sleep 4; exit 6') },
        { name: 'early', image: 'busybox', ...shell('exit 5') },
      ],
    },
    failure: { container: 'early', exitCode: 5 },
    error: 'container early exited with 5',
  },
  'with-sidecar': {
    container: shell('exit 3'),
    pod: {
      // Process 1 ignores SIGTERM, so that it is killed.
      initContainers: [{ name: 'proxy', image: 'busybox', restartPolicy: 'Always', ...SLEEPS }],
    },
    failure: { container: 'main', exitCode: 3 },
    error: 'container main exited with 3',
  },
  indexed: {
    container: shell('test $JOB_COMPLETION_INDEX -lt 2 || exit 7'),
    spec: { completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimitPerIndex: 0, backoffLimit: 4 },
    failure: { container: 'main', exitCode: 7, index: 2 },
    error: 'container main of index 2 exited with 7',
  },
  'one-long-line': {
    container: shell('head -c 102400 /dev/zero | tr "\\0" x; printf end; exit 1'),
    failure: { log: expect.stringMatching(/^x{2045}end$/) as string },
    error: /^container main exited with 1: x{300}\.\.\.$/,
  },
  'output-off': {
    container: shell('echo secret; exit 3', { terminationMessagePolicy: 'File' }),
    failure: { exitCode: 3 },
    error: 'container main exited with 3',
  },
  'own-message': {
    container: shell('echo noise; echo the disk is full > /dev/termination-log; exit 9'),
    failure: { exitCode: 9, log: 'the disk is full' },
    error: 'container main exited with 9: the disk is full',
  },
  // The Job fails when the second attempt starts, and deletes the Pod. It ends slowly, so that it is read before.
  'restarts-in-place': {
    container: shell(
      'test -f /scratch/tried || { touch /scratch/tried; echo again; exit 8; }; trap "sleep 10; exit 8" TERM; while :; do sleep 0.1; done',
      { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
    ),
    spec: { backoffLimit: 1 },
    pod: {
      restartPolicy: 'OnFailure',
      terminationGracePeriodSeconds: 60,
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
    failure: { container: 'main', exitCode: 8, attempts: 1, log: 'again' },
    error: 'container main exited with 8 on attempt 1 of 2: again',
  },
  'within-milliseconds': {
    container: { command: ['false'] },
    failure: { reason: 'Error', container: 'main', exitCode: 1 },
    error: 'container main exited with 1',
  },
  'evicted-by-node': {
    container: shell('head -c 20000000 /dev/zero > /scratch/file; exec sleep 600', {
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    }),
    pod: { volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }] },
    failure: { reason: 'Evicted' },
    error:
      /^Pod "evicted-by-node-.*" failed \(Evicted: Usage of EmptyDir volume "scratch" exceeds the limit "1Mi"\. ?\)$/,
  },
};

/** A run that would run for long. */
const evicted: Record<string, Work> = {
  // A Pod that is gone at once cannot be read.
  'evicted-by-administrator': { container: stopsAfter(10), pod: { terminationGracePeriodSeconds: 60 } },
};

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install();
  await Promise.all([start(failing), start(evicted)]);
});
afterAll(async () => {
  await outcomes.end();
});

describe('a run that failed reports why', () => {
  test.each(Object.entries(failing))('%s', async (name, { failure, error }) => {
    await reports(name, { phase: 'Failed' });
    const status = await statusOf(name);
    expect(status).toMatchObject({
      error: matching(error),
      failure: { message: status.error, ...failure },
      conditions: conditionTrue('Stalled'),
    });
  });
});

test('a run whose Pod an administrator evicts fails and reports it', async () => {
  const name = 'evicted-by-administrator';
  await reports(name, { phase: 'Running' });
  const [pod] = await podsOf(name);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod!.metadata!.name!}/eviction`;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: pod!.metadata };
  const command = [outcomes.cluster.kubectlPath, 'create', '--raw', path, '-f', '-'];
  expectSuccess(await execute(command, { env: outcomes.cluster.environment, input: JSON.stringify(eviction) }));
  await reports(name, { phase: 'Failed' });
  expect(await statusOf(name)).toMatchObject({
    failure: { reason: 'DisruptionTarget', pod: pod!.metadata!.name },
    error: expect.stringMatching(/^Pod "evicted-by-administrator-.*" failed \(Eviction API: evicting\)$/) as string,
  });
});

test('kubectl describe shows the same sentence as an Event', async () => {
  const { error = '' } = await statusOf('exit-code');
  await eventually('the Event', async () => {
    const text = await outcomes.place.kubectl('describe', 'jobrun', 'exit-code');
    const [, events = ''] = text.split('\nEvents:');
    return events.includes(error) ? true : undefined;
  });
});
