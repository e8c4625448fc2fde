import type { Pod } from '../../api/wire.ts';
import { failedContainer, finishedMs } from './failed-container.ts';
import type { FailedContainer } from './failed-container.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

/** A Pod that failed, or that Kubernetes or an administrator evicts, and what of it failed. */
export interface FailedPod {
  pod: Pod;
  /** Absent if the Pod failed and none of its containers, for example because the node was lost. */
  container: FailedContainer | undefined;
  /** Of an Indexed Job. */
  index: number | undefined;
}

/** The failed Pod that is reported: that of the lowest index, or else the last one that failed. */
export function failedPod(pods: readonly Pod[]): FailedPod | undefined {
  const failed = pods.flatMap((pod) => failureOf(pod) ?? []);
  const lowest = Math.min(...failed.map(({ index }) => index ?? 0));
  const candidates = failed.filter(({ index }) => (index ?? 0) === lowest);
  return candidates.toSorted((a, b) => endMs(b) - endMs(a))[0];
}

function failureOf(pod: Pod): FailedPod | undefined {
  // Its sidecars may have been killed.
  if (pod.status?.phase === 'Succeeded') return undefined;
  const container = failedContainer(pod);
  if (container === undefined && pod.status?.phase !== 'Failed' && !isEvicted(pod)) return undefined;
  const index = pod.metadata?.annotations?.[INDEX];
  return { pod, container, index: index === undefined ? undefined : Number(index) };
}

/** It is gone soon after its containers have ended. */
function isEvicted(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined && disruptionOf(pod) !== undefined;
}

/** Why the Pod is disrupted, in the words of Kubernetes. */
export function disruptionOf({ status }: Pod): { message: string } | undefined {
  const condition = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True');
  return condition && { message: condition.message ?? condition.reason ?? 'DisruptionTarget' };
}

function endMs({ pod: { metadata }, container }: FailedPod): number {
  if (container) return finishedMs(container);
  return Date.parse(metadata?.deletionTimestamp ?? metadata?.creationTimestamp ?? '') || 0;
}
