import type { V1ContainerState, V1ContainerStatus } from '@kubernetes/client-node';
import type { Pod, Wire } from '../../api/wire.ts';

type ContainerStatus = Wire<V1ContainerStatus>;

/** One run of a container. A container that is restarted in its Pod has several. */
export interface Instance {
  /** The container's id on its node. */
  id: string;
  /** 1 for the first. */
  number: number;
  ended: boolean;
  /** Its log is that of the previous instance. */
  previous: boolean;
}

/** A container of a Pod, as its spec declares it. */
export interface PodContainer {
  name: string;
  /** The containers after it do not start before it has ended. */
  isBlocking: boolean;
}

/** The containers of a Pod in the order in which they start. */
export function containersOf({ spec }: Pod): PodContainer[] {
  const inits = (spec?.initContainers ?? []).map(({ name, restartPolicy }) => ({
    name,
    isBlocking: restartPolicy !== 'Always',
  }));
  return [...inits, ...(spec?.containers ?? []).map(({ name }) => ({ name, isBlocking: false }))];
}

/** The instances of a container whose logs the node still has, oldest first. The kubelet retains the last two. */
export function instancesOf(pod: Pod, container: string): Instance[] {
  const status = statusOf(pod, container);
  if (status === undefined) return [];
  const { restartCount, lastState } = status;
  const current = currentOf(status);
  const before = lastState?.terminated?.containerID ?? '';
  const previous = { id: before, number: restartCount + (current ? 0 : 1), ended: true, previous: true };
  return [previous, ...(current ? [current] : [])].filter(
    ({ id }, at, all) => id !== '' && all.findLastIndex((other) => other.id === id) === at,
  );
}

function currentOf({ state, containerID = '', restartCount }: ContainerStatus): Instance | undefined {
  const instance = { number: restartCount + 1, previous: false };
  if (state?.running) return { ...instance, id: containerID, ended: false };
  if (state?.terminated) return { ...instance, id: state.terminated.containerID ?? containerID, ended: true };
  return undefined;
}

const FINAL_PHASES: readonly unknown[] = ['Succeeded', 'Failed'];

/** Whether no further instance of a container will start. */
export function isOver(pod: Pod, container: string): boolean {
  if (FINAL_PHASES.includes(pod.status?.phase)) return true;
  const { terminated }: Wire<V1ContainerState> = statusOf(pod, container)?.state ?? {};
  if (terminated === undefined || hasOwnPolicy(pod, container)) return false;
  const { restartPolicy } = pod.spec ?? {};
  return restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && terminated.exitCode === 0);
}

/** A sidecar, or a container with rules of its own: the Pod's policy does not tell whether it is restarted. */
function hasOwnPolicy({ spec }: Pod, container: string): boolean {
  const declared = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return declared.some(({ name, restartPolicy }) => name === container && restartPolicy !== undefined);
}

function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}
