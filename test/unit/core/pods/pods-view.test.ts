import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../api/wire.ts';
import { podsView } from '../../../../core/pods/pods-view.ts';
import { ago, container, event, NOW_MS, pod, running, unplaced, waiting } from './pods.ts';

const terminated = { terminated: { exitCode: 3, reason: 'Error' } };
const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
const BACK_OFF = 'Back-off pulling image "no-such-image"';
const failsAgain = (restartPolicy: string, more: object): Pod =>
  pod(
    { phase: 'Running', containerStatuses: [container('main', { state: terminated, ...more })] },
    { spec: { containers: [], restartPolicy } },
  );
const view = (...pods: Pod[]) => podsView({ pods }, NOW_MS);

describe('why Pods do not start', () => {
  it.each<[string, Pod[], string, string]>([
    [
      'no node fits',
      [unplaced({ reason: 'Unschedulable', message: '0/3 nodes are available' })],
      'Unschedulable',
      'Pod "report-1" cannot be scheduled: 0/3 nodes are available',
    ],
    [
      'a gate holds the Pod',
      [unplaced({ reason: 'SchedulingGated', message: 'Scheduling is blocked' })],
      'SchedulingGated',
      'Pod "report-1" cannot be scheduled: Scheduling is blocked',
    ],
    [
      'the scheduler has no reason',
      [unplaced({})],
      'Unschedulable',
      'Pod "report-1" cannot be scheduled: it has no node',
    ],
    ['no scheduler works', [unplaced()], 'NotScheduled', 'no scheduler has assigned Pod "report-1" to a node yet'],
    [
      'the image cannot be pulled',
      [pod({ containerStatuses: [container('main', waiting('ImagePullBackOff', BACK_OFF))] })],
      'ImagePullBackOff',
      `container "main" of Pod "report-1" cannot start: ${BACK_OFF}`,
    ],
    [
      'a ConfigMap is missing',
      [
        pod({
          containerStatuses: [container('main', waiting('CreateContainerConfigError', 'configmap "a" not found'))],
        }),
      ],
      'CreateContainerConfigError',
      'container "main" of Pod "report-1" cannot start: configmap "a" not found',
    ],
    [
      'the kubelet has no message',
      [pod({ containerStatuses: [container('main', waiting('InvalidImageName'))] })],
      'InvalidImageName',
      'container "main" of Pod "report-1" cannot start: InvalidImageName',
    ],
    [
      'one of two containers cannot start',
      [pod({ containerStatuses: [container('a', running), container('b', waiting('ErrImagePull', 'not found'))] })],
      'ErrImagePull',
      'container "b" of Pod "report-1" cannot start: not found',
    ],
    [
      'a container fails again and again',
      [
        pod({
          containerStatuses: [container('main', { ...waiting('CrashLoopBackOff', 'back-off 40s'), lastState: killed })],
        }),
      ],
      'CrashLoopBackOff',
      'container "main" of Pod "report-1" is started again after a pause: it exited with 137 (OOMKilled)',
    ],
    [
      'a container fails again and again, and nobody knows how',
      [pod({ containerStatuses: [container('main', waiting('CrashLoopBackOff', 'back-off 40s'))] })],
      'CrashLoopBackOff',
      'container "main" of Pod "report-1" cannot start: back-off 40s',
    ],
    [
      'a container has failed again, and the kubelet has not reported yet that it pauses',
      [failsAgain('OnFailure', { restartCount: 1 })],
      'CrashLoopBackOff',
      'container "main" of Pod "report-1" is started again after a pause: it exited with 3',
    ],
    [
      'an init container fails again and again',
      [
        pod({
          initContainerStatuses: [container('load', { ...waiting('CrashLoopBackOff'), lastState: terminated })],
          containerStatuses: [container('main', waiting('PodInitializing'))],
        }),
      ],
      'CrashLoopBackOff',
      'init container "load" of Pod "report-1" is started again after a pause: it exited with 3',
    ],
    [
      'an init container runs for long',
      [
        pod({
          startTime: ago(30),
          // As the kubelet reports it: an init container that runs has started.
          initContainerStatuses: [container('load', { ...running, started: true })],
          containerStatuses: [container('main', waiting('PodInitializing'))],
        }),
      ],
      'PodInitializing',
      'init container "load" of Pod "report-1" has not finished yet',
    ],
    [
      'a container is created for long',
      [pod({ startTime: ago(30), containerStatuses: [container('main', waiting('ContainerCreating'))] })],
      'ContainerCreating',
      'container "main" of Pod "report-1" has not been created within 30 seconds',
    ],
    [
      'a container is created for long, beside a sidecar that runs',
      [
        pod(
          {
            startTime: ago(30),
            initContainerStatuses: [container('proxy', { ...running, started: true })],
            containerStatuses: [container('main', waiting('PodInitializing'))],
          },
          { spec: { containers: [], initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] } },
        ),
      ],
      'PodInitializing',
      'container "main" of Pod "report-1" has not been created within 30 seconds',
    ],
    [
      'an image is missing and another Pod has no node',
      [
        unplaced({ message: 'full' }, 'report-0'),
        pod({ containerStatuses: [container('main', waiting('ErrImagePull', 'not found'))] }),
      ],
      'ErrImagePull',
      'container "main" of Pod "report-1" cannot start: not found',
    ],
    [
      'two Pods wait: the first by its name is reported, so that the message does not change',
      [unplaced({ message: 'full' }, 'report-2'), unplaced({ message: 'full' }, 'report-1')],
      'Unschedulable',
      'Pod "report-1" cannot be scheduled: full',
    ],
    [
      'the only live Pod waits',
      [pod({ phase: 'Failed' }, { metadata: { name: 'report-0' } }), unplaced({ message: 'full' })],
      'Unschedulable',
      'Pod "report-1" cannot be scheduled: full',
    ],
  ])('%s', (_sentence, pods, reason, message) => {
    expect(view(...pods).wait).toEqual({ reason, message });
  });

  it.each<[string, Pod[]]>([
    ['there are no Pods, and nobody reports why', []],
    ['its container is being created', [pod({ containerStatuses: [container('main', waiting('ContainerCreating'))] })]],
    ['its init containers run', [pod({ initContainerStatuses: [container('load', running)] })]],
    ['the kubelet has not reported its containers yet', [pod()]],
    [
      'a container runs and is not ready',
      [pod({ startTime: ago(60), containerStatuses: [container('main', running)] })],
    ],
    ['a container has failed once, and is started again at once', [failsAgain('OnFailure', {})]],
    [
      'a container that had failed before has succeeded',
      [failsAgain('OnFailure', { restartCount: 1, state: { terminated: { exitCode: 0 } } })],
    ],
    [
      'a container has failed that is not started again, and others of its Pod run',
      [failsAgain('Never', { restartCount: 1 })],
    ],
    ['the Pods have finished', [pod({ phase: 'Failed' }), pod({ phase: 'Succeeded' })]],
    [
      'the Pod is being deleted',
      [{ ...unplaced({ message: 'full' }), metadata: { name: 'report-1', deletionTimestamp: ago(1) } }],
    ],
    ['the Pod has no status', [{ spec: { containers: [], nodeName: 'n' } }]],
  ])('is not known if %s', (_sentence, pods) => {
    expect(view(...pods).wait).toBeUndefined();
  });
});

describe('whether a container has started', () => {
  it.each<[string, boolean, Pod[]]>([
    ['it runs', true, [pod({ containerStatuses: [container('main', running)] })]],
    [
      'one of two runs',
      true,
      [pod({ containerStatuses: [container('a', waiting('ErrImagePull')), container('b', running)] })],
    ],
    [
      'it has finished',
      true,
      [pod({ phase: 'Failed', containerStatuses: [container('main', { state: terminated })] })],
    ],
    [
      'it ran before',
      true,
      [pod({ containerStatuses: [container('main', { ...waiting('CrashLoopBackOff'), lastState: terminated })] })],
    ],
    [
      'it waits',
      false,
      [pod({ containerStatuses: [container('main', { ...waiting('ErrImagePull'), lastState: {} })] })],
    ],
    ['an init container runs', false, [pod({ initContainerStatuses: [container('load', running)] })]],
    ['it has no status', false, [{}]],
    ['there are no Pods', false, []],
  ])('%s: %s', (_sentence, started, pods) => {
    expect(view(...pods).started).toBe(started);
  });
});

describe('why a Job has no Pods', () => {
  const note = 'Error creating: pods "report-x7f" is forbidden: violates PodSecurity "restricted:latest"';
  const refused = {
    reason: 'FailedCreate',
    message:
      'the Pods of the Job cannot be created: pods "report-x7f" is forbidden: violates PodSecurity "restricted:latest"',
  };
  it.each<[string, Pod[], unknown]>([
    ['is what the API server answers', [], refused],
    ['is what it answered after the last Pod was created', [pod({ phase: 'Failed' })], refused],
    [
      'is not what it answered before the last Pod was created',
      [pod({ phase: 'Failed' }, { metadata: { creationTimestamp: ago(1) } })],
      undefined,
    ],
    ['is no matter while a Pod waits for its containers', [pod()], undefined],
  ])('%s', (_sentence, pods, wait) => {
    const refusal = event({ note, deprecatedLastTimestamp: ago(5) });
    expect(podsView({ pods, refusal }, NOW_MS).wait).toEqual(wait);
  });

  it('is an empty text if the Event has none', () => {
    expect(podsView({ pods: [], refusal: event({}) }, NOW_MS).wait).toEqual({
      reason: 'FailedCreate',
      message: 'the Pods of the Job cannot be created: ',
    });
  });
});
