import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Pod, Wire } from '../../api/wire.ts';
import { exitOf } from './exit.ts';
import type { Terminated } from './exit.ts';
import type { Wait } from './pods-view.ts';
import { isSidecar } from './sidecar.ts';
import { titleOfPod } from './seen-pods.ts';

type ContainerStatus = Wire<V1ContainerStatus>;

/** A container that is being created is nothing to report before this time: its image may be large. */
const CREATING_MS = 30_000;
/** The kubelet's reasons for a container that waits for nothing but its turn. */
const USUAL = ['ContainerCreating', 'PodInitializing'];
const CRASH_LOOP = 'CrashLoopBackOff';

/** Why a container of a Pod on a node does not start; init containers first, as they start first. */
export function containerWait(pod: Pod, nowMs: number): Wait | undefined {
  const { initContainerStatuses = [], containerStatuses = [], startTime = '' } = pod.status ?? {};
  const all = [
    ...initContainerStatuses.map((status) => ({ status, title: titleOf(pod, 'init container', status) })),
    ...containerStatuses.map((status) => ({ status, title: titleOf(pod, 'container', status) })),
  ];
  for (const { status, title } of all) {
    const wait = problemOf(status, title) ?? crashOf(pod, status, title);
    if (wait) return wait;
  }
  if (!(nowMs - Date.parse(startTime) >= CREATING_MS)) return undefined;
  const initializing = initContainerStatuses.find(({ name, state }) => state?.running && !isSidecar(pod, name));
  return initializing ? initializes(titleOf(pod, 'init container', initializing)) : slowOf(all);
}

type Titled = { status: ContainerStatus; title: string };

function titleOf(pod: Pod, kind: string, { name }: ContainerStatus): string {
  return `${kind} "${name}" of ${titleOfPod(pod)}`;
}

function problemOf({ state, lastState }: ContainerStatus, title: string): Wait | undefined {
  const { reason, message } = state?.waiting ?? {};
  if (reason === undefined || USUAL.includes(reason)) return undefined;
  if (reason === CRASH_LOOP && lastState?.terminated) return crashLoop(lastState.terminated, title);
  return {
    reason,
    message: message === undefined ? `${title} cannot start: ${reason}` : `${title} cannot start: ${message}`,
  };
}

/** For some seconds after each failure, the kubelet has not reported yet that it pauses before the next start. */
function crashOf(pod: Pod, { name, state, restartCount }: ContainerStatus, title: string): Wait | undefined {
  const failed = state?.terminated;
  if (failed === undefined || failed.exitCode === 0 || restartCount === 0) return undefined;
  const isRestarted = pod.spec?.restartPolicy === 'OnFailure' || isSidecar(pod, name);
  return isRestarted ? crashLoop(failed, title) : undefined;
}

function crashLoop(last: Terminated, title: string): Wait {
  return { reason: CRASH_LOOP, message: `${title} is started again after a pause: it ${exitOf(last)}` };
}

function initializes(title: string): Wait {
  return { reason: 'PodInitializing', message: `${title} has not finished yet` };
}

function slowOf(all: readonly Titled[]): Wait | undefined {
  const slow = all.find(({ status }) => USUAL.includes(status.state?.waiting?.reason ?? ''));
  const reason = slow?.status.state?.waiting?.reason;
  if (slow === undefined || reason === undefined) return undefined;
  return { reason, message: `${slow.title} has not been created within ${CREATING_MS / 1000} seconds` };
}
