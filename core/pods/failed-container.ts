import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Pod, Wire } from '../../api/wire.ts';
import { isSidecar } from './sidecar.ts';
import type { Terminated } from './exit.ts';

type ContainerStatus = Wire<V1ContainerStatus>;

/** A container that failed. */
export interface FailedContainer {
  name: string;
  /** How its last run ended. */
  terminated: Terminated;
  /** How often it ran to an end. */
  runs: number;
}

/**
 * The container that explains the failure of a Pod: an init container comes first, as the others then never start. Otherwise
 * the one that failed first: others are often ended because of it. No Pod fails because of a sidecar, which is killed when
 * the others have ended. Absent if no container has failed.
 */
export function failedContainer(pod: Pod): FailedContainer | undefined {
  const { initContainerStatuses = [], containerStatuses } = pod.status ?? {};
  const initContainers = initContainerStatuses.filter(({ name }) => !isSidecar(pod, name));
  return firstFailed(initContainers) ?? firstFailed(containerStatuses);
}

function firstFailed(statuses: readonly ContainerStatus[] = []): FailedContainer | undefined {
  const failed = statuses.flatMap((status) => failureOf(status) ?? []);
  return failed.toSorted((a, b) => finishedMs(a) - finishedMs(b))[0];
}

function failureOf({ name, state, lastState, restartCount }: ContainerStatus): FailedContainer | undefined {
  const terminated = state?.terminated ?? lastState?.terminated;
  if (terminated === undefined || terminated.exitCode === 0) return undefined;
  return { name, terminated, runs: restartCount + (state?.terminated ? 1 : 0) };
}

/** Since the Unix epoch. */
export function finishedMs({ terminated: { finishedAt } }: Pick<FailedContainer, 'terminated'>): number {
  return Date.parse(finishedAt ?? '') || 0;
}
