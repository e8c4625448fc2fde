import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, template } from '../objects.ts';
import { conditionTrue, matching, Outcomes, shell, SLEEPS, WAITS_FOR_TEMPLATE, type Work } from './outcomes.ts';

/** Enforces Pod Security. */
const strictNamespace = 'e2e-waits-strict';
/** Has a LimitRange and quotas. */
const limitedNamespace = 'e2e-waits-limited';
const outcomes = new Outcomes('e2e-waits', strictNamespace, limitedNamespace);
const { start, statusOf, reports, podsOf } = outcomes;

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

const STARTS_WITHIN = { runs: { startDeadlineSeconds: 45 } };

/** Runs that must start within a time. */
const late: Record<string, Work> = {
  'too-late': { container: { image: 'busybox:does-not-exist' }, content: STARTS_WITHIN },
  'not-ready': {
    content: STARTS_WITHIN,
    container: { ...SLEEPS, readinessProbe: { exec: { command: ['false'] } } },
  },
};

const quota = (name: string, hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard },
});

/** Runs whose Pods or Jobs the API server refuses. */
async function startRefused(): Promise<void> {
  const [strict, limited] = [outcomes.placeIn(strictNamespace), outcomes.placeIn(limitedNamespace)];
  const pods = { container: shell('true') };
  const large = { container: { ...shell('true'), resources: { limits: { memory: '1Gi' } } } };
  const security = 'pod-security.kubernetes.io/enforce=restricted';
  await outcomes.cluster.kubectl('label', 'namespace', strictNamespace, security);
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

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install();
  await Promise.all([start(waiting), start(late), startRefused()]);
});
afterAll(async () => {
  await outcomes.end();
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
    const where = outcomes.placeIn(name === 'insecure' ? strictNamespace : limitedNamespace);
    await reports(name, { phase: 'Pending', waiting: { reason, message: matching(message) } }, where);
  });

  test('and starts once the quotas are raised', async () => {
    const limited = outcomes.placeIn(limitedNamespace);
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
    await outcomes.place.kubectl('create', 'configmap', 'late', '--from-literal=WORD=hello');
    await reports('missing-config', { phase: 'Succeeded' });
    expect(await statusOf('missing-config')).not.toHaveProperty('waiting');
  });

  test('and starts once there is such a node', async () => {
    await outcomes.cluster.kubectl('label', 'nodes', '--all', 'disk=quantum');
    try {
      await reports('missing-node', { phase: 'Succeeded' });
    } finally {
      await outcomes.cluster.kubectl('label', 'nodes', '--all', 'disk-');
    }
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
