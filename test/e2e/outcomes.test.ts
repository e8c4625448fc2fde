import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { JobRun, JobRunStatus } from '../../api/job-run.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { expectSuccess } from '../integration/command-results.ts';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { useCluster, type Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { execute } from './execute.ts';
import { installChart, release, releaseNamespace, removeEverything } from './install.ts';
import { placeIn, run, template, type Place } from './objects.ts';
import { startReceiver, type ReceiverPod } from './receiver-pod.ts';

const namespace = 'e2e-outcomes';
/** Enforces Pod Security. */
const strictNamespace = 'e2e-outcomes-strict';
/** Has a LimitRange and quotas. */
const limitedNamespace = 'e2e-outcomes-limited';
const namespaces = [namespace, strictNamespace, limitedNamespace];

/** A busy machine takes its time, and the kubelet checks storage once a minute. */
const PATIENCE = { timeout: 150_000, interval: 500 };

let cluster: Cluster;
let place: Place;
let strict: Place;
let limited: Place;
let receiver: ReceiverPod;

/** A run of a template of the same name. */
interface Work {
  container: object;
  /** Of the Job. */
  spec?: object;
  /** Of its Pods. */
  pod?: object;
  /** Beside the spec of the template. */
  content?: object;
  /** Of the run. */
  run?: object;
}

const shell = (script: string, more: object = {}) => ({ command: ['sh', '-c', script], ...more });
const WAITS_FOR_TEMPLATE = { annotations: { 'hematoscope.app/missing-template': 'Wait' } };
const TOKEN = 'a-very-secret-token';
/** Exits some seconds after it was asked to. */
const stopsAfter = (seconds: number) =>
  shell(
    `trap "echo asked to stop; sleep ${seconds}; echo stopped; exit 143" TERM; echo ready; while :; do sleep 0.1; done`,
  );
const SLEEPS = shell('exec sleep 600');

/** Runs that wait, and what they report. */
const waiting: Record<
  string,
  Work & { more?: object; reports: { reason: string | RegExp; message: string | RegExp } }
> = {
  'missing-image': {
    container: { image: 'busybox:does-not-exist' },
    reports: {
      reason: /^(ErrImagePull|ImagePullBackOff)$/,
      message: /^container "main" of Pod "missing-image-.*" cannot start: .*busybox:does-not-exist/,
    },
  },
  'missing-config': {
    container: { ...shell('test "$WORD" = hello'), envFrom: [{ configMapRef: { name: 'late' } }] },
    reports: { reason: 'CreateContainerConfigError', message: /cannot start: configmap "late" not found$/ },
  },
  'missing-node': {
    container: shell('true'),
    pod: { nodeSelector: { disk: 'quantum' } },
    reports: {
      reason: 'Unschedulable',
      message: /^Pod "missing-node-.*" cannot be scheduled: .*didn't match Pod's node affinity\/selector/,
    },
  },
  'missing-claim': {
    container: shell('true'),
    pod: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'nowhere' } }] },
    reports: { reason: 'Unschedulable', message: /persistentvolumeclaim "nowhere" not found/ },
  },
  'missing-volume': {
    container: shell('true', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    pod: { volumes: [{ name: 'data', secret: { secretName: 'nowhere' } }] },
    reports: {
      reason: 'ContainerCreating',
      message: /^container "main" of Pod "missing-volume-.*" has not been created within 30 seconds$/,
    },
  },
  'slow-init': {
    container: shell('true'),
    pod: { initContainers: [{ name: 'prepare', image: 'busybox', ...SLEEPS }] },
    reports: {
      reason: 'PodInitializing',
      message: /^init container "prepare" of Pod "slow-init-.*" has not finished yet$/,
    },
  },
  'stuck-init': {
    container: shell('true'),
    pod: { initContainers: [{ name: 'prepare', image: 'busybox:does-not-exist' }] },
    reports: {
      reason: /^(ErrImagePull|ImagePullBackOff)$/,
      message: /^init container "prepare" of Pod "stuck-init-.*" cannot start: /,
    },
  },
  'crash-loop': {
    container: shell('echo cannot connect; exit 11'),
    spec: { backoffLimit: 100 },
    pod: { restartPolicy: 'OnFailure' },
    more: { phase: 'Running', failure: { container: 'main', exitCode: 11, log: 'cannot connect' } },
    reports: {
      reason: 'CrashLoopBackOff',
      message: /^container "main" of Pod "crash-loop-.*" is started again after a pause: it exited with 11$/,
    },
  },
};

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

const ROWS = { results: [{ name: 'rows', schema: { type: 'integer' } }] };
const handsOver = (text: string) => `printf '${text}' > /dev/termination-log`;

/** Runs that succeed and hand over results, and what becomes of them. */
const handing: Record<string, Work & { reason: string; results?: object }> = {
  'results-valid': {
    container: shell(handsOver('{"rows": 42}')),
    content: ROWS,
    reason: 'ResultsValid',
    results: { rows: 42 },
  },
  'results-of-second-attempt': {
    container: shell(
      `test -f /scratch/tried || { touch /scratch/tried; ${handsOver('failed')}; exit 1; }; ${handsOver('{"rows": 2}')}`,
      { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] },
    ),
    pod: { restartPolicy: 'OnFailure', volumes: [{ name: 'scratch', emptyDir: {} }] },
    spec: { backoffLimit: 3 },
    content: ROWS,
    reason: 'ResultsValid',
    results: { rows: 2 },
  },
  'results-wrong': { container: shell(handsOver('{"rows": "many"}')), content: ROWS, reason: 'ResultsInvalid' },
  // Kubernetes cuts it at the beginning.
  'results-too-long': {
    container: shell(
      `{ printf '{"rows": 42, "pad": "'; head -c 5000 /dev/zero | tr '\\0' x; printf '"}'; } > /dev/termination-log`,
    ),
    content: ROWS,
    reason: 'ResultsInvalid',
  },
  'results-missing': { container: shell('echo not here'), content: ROWS, reason: 'ResultsMissing' },
};

const STARTS_WITHIN = { runs: { startDeadlineSeconds: 45 } };

/** Runs that would run for long. */
const ended: Record<string, Work> = {
  // A Pod that is gone at once cannot be read.
  'evicted-by-administrator': { container: stopsAfter(10), pod: { terminationGracePeriodSeconds: 60 } },
  patient: { container: stopsAfter(3), pod: { terminationGracePeriodSeconds: 60 } },
  'too-late': { container: { image: 'busybox:does-not-exist' }, content: STARTS_WITHIN },
  'not-ready': {
    content: STARTS_WITHIN,
    container: { ...SLEEPS, readinessProbe: { exec: { command: ['false'] } } },
  },
  suspended: { container: SLEEPS, run: { suspend: true } },
  'never-started': { container: { image: 'busybox:does-not-exist' } },
};

const objectsOf = (works: Record<string, Work>) =>
  Object.entries(works).flatMap(([name, { container, spec = {}, pod = {}, content = {}, run: runSpec = {} }]) => [
    template(name, { imagePullPolicy: 'IfNotPresent', ...container }, { spec, pod, content }),
    run(name, name, runSpec),
  ]);

async function start(works: Record<string, Work>, where = place): Promise<void> {
  await where.accepted({ apiVersion: 'v1', kind: 'List', items: objectsOf(works) });
}

const statusOf = async (name: string, where = place): Promise<JobRunStatus> =>
  (await where.get<JobRun>('jobrun', name)).status ?? {};

/** Waits until the status of a run matches. */
const reports = (name: string, status: object, where = place) =>
  vi.waitFor(async () => {
    expect(await statusOf(name, where)).toMatchObject(status);
  }, PATIENCE);

const matching = (text: string | RegExp) => (typeof text === 'string' ? text : (expect.stringMatching(text) as string));

const conditionTrue = (type: string, more: object = {}) =>
  expect.arrayContaining([expect.objectContaining({ type, status: 'True', ...more })]) as unknown;

const podsOf = (name: string) => place.list<Pod>('pods', `hematoscope.app/job-run=${name}`);

const cancel = (name: string) =>
  place.kubectl('patch', 'jobrun', name, '--type=merge', '-p', '{"spec":{"cancel":true}}');

const quota = (name: string, hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard },
});

/** Runs whose Pods or Jobs the API server refuses. */
async function startRefused(): Promise<void> {
  const pods = { container: shell('true') };
  const large = { container: { ...shell('true'), resources: { limits: { memory: '1Gi' } } } };
  const security = 'pod-security.kubernetes.io/enforce=restricted';
  await cluster.kubectl('label', 'namespace', strictNamespace, security);
  await start({ insecure: pods }, strict);
  const limits = { limits: [{ type: 'Container', max: { memory: '64Mi' } }] };
  await limited.accepted({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'small' }, spec: limits });
  await start({ 'too-large': large }, limited);
  await limited.accepted(quota('no-pods', { pods: '0' }));
  await limited.kubectl('wait', 'resourcequota/no-pods', '--for=jsonpath={.status.used}', '--timeout=60s');
  await start({ 'no-pods': pods }, limited);
  // Admission refuses a run that a quota forbids. This one is admitted before it has a template, and a Job to judge.
  await limited.accepted(run('no-jobs', 'no-jobs', {}, WAITS_FOR_TEMPLATE));
  await limited.accepted(quota('no-jobs', { 'count/jobs.batch': '0' }));
  await limited.kubectl('wait', 'resourcequota/no-jobs', '--for=jsonpath={.status.used}', '--timeout=60s');
  await limited.accepted(template('no-jobs', shell('true')));
}

async function startRunsWithCallback(): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'callback' }, stringData: { token: TOKEN } };
  await place.accepted(secret);
  await place.accepted(template('with-callback', shell('echo no such customer; exit 3')));
  const callbackTokenSecretRef = { name: 'callback', key: 'token' };
  await place.accepted(run('told', 'with-callback', { callbackUrl: `${receiver.url}/told`, callbackTokenSecretRef }));
  const succeeding = { args: ['-c', 'true'], callbackUrl: `${receiver.url}/fails-once` };
  await place.accepted(template('with-callback-too', { command: ['sh'] }));
  await place.accepted(run('told-again', 'with-callback-too', succeeding));
}

/** One Pod that stops at once, so that no earlier syncer works after an upgrade. */
const ONE_POD = ['--set', 'replicas=1,webhook.drainSeconds=1'];

const install = async (...flags: string[]) => {
  await installChart(cluster, ...ONE_POD, ...flags);
  await eventually('no Pod of an earlier revision', async () => {
    const pods = await placeIn(cluster, releaseNamespace).list<Pod>('pods', `app.kubernetes.io/instance=${release}`);
    return pods.length === 1 ? true : undefined;
  });
};

const deleteNamespaces = () =>
  cluster.kubectl('delete', 'namespace', ...namespaces, '--ignore-not-found', '--timeout=120s');

beforeAll(async () => {
  cluster = await useCluster();
  [place, strict, limited] = namespaces.map((each) => placeIn(cluster, each)) as [Place, Place, Place];
  await removeEverything(cluster);
  await deleteNamespaces();
  for (const each of namespaces) await cluster.kubectl('create', 'namespace', each);
  receiver = await startReceiver(cluster, namespace);
  await install(
    ...['--set-json', 'callbacks.allowedHosts=["*.{namespace}.svc.cluster.local"]'],
    ...['--set-json', `callbacks.secrets=[{"namespace":"${namespace}","names":["callback"]}]`],
    ...['--set-file', `callbacks.caBundle=${receiver.caFile}`],
  );
  await Promise.all([
    start(waiting),
    start(failing),
    start(handing),
    start(ended),
    startRefused(),
    startRunsWithCallback(),
  ]);
});

afterAll(async () => {
  await deleteNamespaces();
  await removeEverything(cluster);
});

describe('a run whose Pods or Job the API server refuses reports its message', () => {
  test.each([
    {
      by: 'Pod Security',
      name: 'insecure',
      reason: 'FailedCreate',
      message: /violates PodSecurity "restricted:latest"/,
    },
    { by: 'a LimitRange', name: 'too-large', reason: 'FailedCreate', message: /maximum memory usage per Container/ },
    { by: 'a quota of Pods', name: 'no-pods', reason: 'FailedCreate', message: /exceeded quota: no-pods/ },
    { by: 'a quota of Jobs', name: 'no-jobs', reason: 'Forbidden', message: /exceeded quota: no-jobs/ },
  ])('$by', async ({ name, reason, message }) => {
    const where = name === 'insecure' ? strict : limited;
    await reports(name, { phase: 'Pending', waiting: { reason, message: matching(message) } }, where);
  });

  test('and starts once the quotas are raised', async () => {
    await limited.kubectl('delete', 'resourcequota', 'no-pods', 'no-jobs');
    await Promise.all(['no-pods', 'no-jobs'].map((name) => reports(name, { phase: 'Succeeded' }, limited)));
  });
});

describe('a run that waits reports why', () => {
  test.each(Object.entries(waiting))(
    '%s',
    async (name, { more = { phase: 'Pending' }, reports: { reason, message } }) => {
      const why = { reason: matching(reason), message: matching(message) };
      await reports(name, { ...more, waiting: why, conditions: conditionTrue('Reconciling', why) });
    },
  );

  test('and is Running while its container is not ready yet', async () => {
    await reports('not-ready', { phase: 'Running', ready: 0 });
    expect(await statusOf('not-ready')).not.toHaveProperty('waiting');
  });

  test('and starts once its ConfigMap exists', async () => {
    await place.kubectl('create', 'configmap', 'late', '--from-literal=WORD=hello');
    await reports('missing-config', { phase: 'Succeeded' });
    expect(await statusOf('missing-config')).not.toHaveProperty('waiting');
  });

  test('and starts once there is such a node', async () => {
    await cluster.kubectl('label', 'nodes', '--all', 'disk=quantum');
    try {
      await reports('missing-node', { phase: 'Succeeded' });
    } finally {
      await cluster.kubectl('label', 'nodes', '--all', 'disk-');
    }
  });
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

describe('results', () => {
  test.each(Object.entries(handing))('%s', async (name, { reason, results }) => {
    await reports(name, { phase: 'Succeeded' });
    const { conditions, ...status } = await statusOf(name);
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'ResultsValid', reason }));
    expect((status as { results?: object }).results).toEqual(results);
  });
});

test('a run that has not started by its deadline fails; a container that runs is not stopped', async () => {
  await reports('too-late', {
    phase: 'Failed',
    conditions: conditionTrue('Failed', { reason: 'StartDeadlineExceeded' }),
  });
  expect((await statusOf('too-late')).error).toContain('busybox:does-not-exist');
  expect(await podsOf('too-late')).toEqual([]);
  await reports('not-ready', { phase: 'Running', active: 1 });
});

test('a run whose Pod an administrator evicts fails and reports it', async () => {
  const name = 'evicted-by-administrator';
  await reports(name, { phase: 'Running' });
  const [pod] = await podsOf(name);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod!.metadata!.name!}/eviction`;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: pod!.metadata };
  const command = [cluster.kubectlPath, 'create', '--raw', path, '-f', '-'];
  expectSuccess(await execute(command, { env: cluster.environment, input: JSON.stringify(eviction) }));
  await reports(name, { phase: 'Failed' });
  expect(await statusOf(name)).toMatchObject({
    failure: { reason: 'DisruptionTarget', pod: pod!.metadata!.name },
    error: expect.stringMatching(/^Pod "evicted-by-administrator-.*" failed \(Eviction API: evicting\)$/) as string,
  });
});

test('kubectl describe shows the same sentence as an Event', async () => {
  const { error = '' } = await statusOf('exit-code');
  await eventually('the Event', async () => {
    const text = await place.kubectl('describe', 'jobrun', 'exit-code');
    const [, events = ''] = text.split('\nEvents:');
    return events.includes(error) ? true : undefined;
  });
});

describe('cancel', () => {
  const byUser = async () => `the JobRun was cancelled by ${await userName()}`;
  const userName = () => cluster.kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
  const jobOf = async (name: string) =>
    (await place.list<Job>('jobs', `hematoscope.app/job-run=${name}`)).map(
      ({ metadata }) => metadata?.annotations ?? {},
    );

  test('terminates the containers with their grace period, and then the run is Cancelled', async () => {
    await reports('patient', { phase: 'Running' });
    const [pod] = await podsOf('patient');
    const log = place.kubectl('logs', '--follow', pod!.metadata!.name!);
    await cancel('patient');
    await reports('patient', { phase: 'Cancelled' });
    expect(await podsOf('patient')).toEqual([]);
    expect(await log).toBe('ready\nasked to stop\nstopped\n');
    const error = await byUser();
    expect(await statusOf('patient')).toMatchObject({
      error,
      conditions: conditionTrue('Failed', { reason: 'Cancelled', message: error }),
    });
    expect(await jobOf('patient')).toMatchObject([
      { 'hematoscope.app/stopped': expect.stringContaining(error) as string },
    ]);
    await eventually('the Event', async () => {
      const events = await place.kubectl('describe', 'jobrun', 'patient');
      return events.includes(error) ? true : undefined;
    });
  });

  test('deletes the Job of a suspended run', async () => {
    await reports('suspended', { phase: 'Suspended' });
    await cancel('suspended');
    await reports('suspended', { phase: 'Cancelled', error: await byUser() });
    await eventually('no Job', async () => ((await jobOf('suspended')).length === 0 ? true : undefined));
  });

  test('ends a run whose Pods cannot start', async () => {
    await cancel('never-started');
    await reports('never-started', { phase: 'Cancelled' });
    expect(await podsOf('never-started')).toEqual([]);
  });

  test('ends a run that has no Job yet, and it gets none', async () => {
    await place.accepted(run('no-template', 'no-template', {}, WAITS_FOR_TEMPLATE));
    await reports('no-template', { phase: 'Pending', waiting: { reason: 'WaitingForTemplate' } });
    await cancel('no-template');
    await reports('no-template', { phase: 'Cancelled', error: `${await byUser()} before it had a Job` });
    await place.accepted(template('no-template', shell('true')));
    expect(await jobOf('no-template')).toEqual([]);
  });
});

describe('a callback', () => {
  test('reaches a Service of the namespace with the result and the token of the Secret', async () => {
    await reports('told', { callback: { state: 'Delivered', attempts: 1 } });
    const { metadata, status = {} } = await place.get<JobRun>('jobrun', 'told');
    const [callback, ...more] = await receiver.received('/told');
    expect(more).toEqual([]);
    expect(callback).toMatchObject({
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'ce-type': 'app.hematoscope.jobrun.finished' },
      body: {
        name: 'told',
        namespace,
        status: 'Failed',
        reason: 'BackoffLimitExceeded',
        phase: 'Failed',
        uid: metadata.uid,
        failure: { ...status.failure, log: 'no such customer', exitCode: 3 },
      },
    });
    expect(JSON.stringify(await place.list<Job>('jobs', 'hematoscope.app/job-run=told'))).not.toContain(TOKEN);
  });

  test('is sent again after an error of the receiver, with the same id', async () => {
    await reports('told-again', { phase: 'Succeeded', callback: { state: 'Delivered', attempts: 2 } });
    const callbacks = await receiver.received('/fails-once');
    expect(callbacks).toMatchObject([{ body: { status: 'Complete' } }, { body: { status: 'Complete' } }]);
    expect(new Set(callbacks.map(({ headers }) => headers['ce-id'])).size).toBe(1);
  });

  test.each([
    [
      'another namespace',
      { callbackUrl: 'https://receiver.default.svc.cluster.local/' },
      'spec.callbackUrl: Unsupported value',
    ],
    [
      'a Secret that the administrator has not named',
      {
        callbackUrl: `https://receiver.${namespace}.svc.cluster.local/`,
        callbackTokenSecretRef: { name: 'receiver', key: 'tls.key' },
      },
      'spec.callbackTokenSecretRef.name: Forbidden',
    ],
  ])('is refused for %s', async (_what, spec, sentence) => {
    const denied = await place.apply(run('refused', 'with-callback', spec));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain(sentence);
  });
});

describe('helm install --wait', { concurrent: false }, () => {
  const install = (name: string, chart: string) =>
    cluster.helm('install', name, chart, '--namespace', namespace, '--wait', '--timeout', '2m');
  const chart = join(repositoryDirectory, 'examples', 'gitops-helm');

  test('returns when the run has succeeded', async () => {
    await install('waited', chart);
    expect(await statusOf('waited-1')).toMatchObject({ phase: 'Succeeded' });
  });

  test('fails when the run has failed', async () => {
    const broken = join(cluster.scratch, 'broken');
    cpSync(chart, broken, { recursive: true });
    const file = join(broken, 'templates', 'template.yaml');
    const failing = readFileSync(file, 'utf8')
      .replace('[echo]', '[sh, -c, "exit 3"]')
      .replace('\nspec:\n', '\nspec:\n  backoffLimit: 0\n');
    writeFileSync(file, failing);
    await expect(install('broken', broken)).rejects.toThrow(/broken-1.*Failed/);
  });
});

describe('what the chart turns off', { concurrent: false }, () => {
  beforeAll(() => install('--set', 'syncer.reads.pods=false,syncer.reads.events=false'));

  test('is left out: only the Job reports why a run failed', async () => {
    await start({ unread: { container: shell('echo secret; exit 3') } });
    await reports('unread', { phase: 'Failed' });
    const status = await statusOf('unread');
    expect(status).not.toHaveProperty('failure');
    expect(status.error).toBe('Job failed: BackoffLimitExceeded: Job has reached the specified backoff limit');
    const [pod] = await podsOf('unread');
    expect(pod!.status?.containerStatuses?.[0]?.state?.terminated).not.toHaveProperty('message');
  });

  test('is left out: a run does not report why it waits', async () => {
    const container = { image: 'busybox:does-not-exist' };
    await start({ 'waits-silently': { container, spec: { activeDeadlineSeconds: 12 } } });
    const seen: JobRunStatus[] = [];
    await eventually('the deadline', async () => {
      seen.push(await statusOf('waits-silently'));
      return seen.at(-1)?.phase === 'Failed' ? true : undefined;
    });
    expect(seen.filter(({ waiting: why }) => why !== undefined)).toEqual([]);
  });

  test('is forbidden to the syncer', async () => {
    const account = `system:serviceaccount:${releaseNamespace}:${release}`;
    const can = async (resource: string) =>
      (
        await execute([cluster.kubectlPath, 'auth', 'can-i', 'list', resource, '-A', '--as', account], {
          env: cluster.environment,
        })
      ).stdout.trim();
    expect(await Promise.all(['jobs', 'pods', 'events'].map(can))).toEqual(['yes', 'no', 'no']);
  });

  test('callbacks: a run with one is refused, and the message names the value of the chart', async () => {
    const denied = await place.apply(run('refused', 'with-callback', { callbackUrl: receiver.url }));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('spec.callbackUrl: Forbidden');
    expect(denied.stderr).toContain('callbacks.allowedHosts');
  });
});
