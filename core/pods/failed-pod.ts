import type { Pod } from '../../api/wire.ts';
import { failedContainer, finishedMs } from './failed-container.ts';
import type { FailedContainer } from './failed-container.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

/** A Pod that failed, and what of it failed. */
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
  const container = failedContainer(pod);
  if (container === undefined && pod.status?.phase !== 'Failed') return undefined;
  const index = pod.metadata?.annotations?.[INDEX];
  return { pod, container, index: index === undefined ? undefined : Number(index) };
}

function endMs({ pod, container }: FailedPod): number {
  return container ? finishedMs(container) : Date.parse(pod.metadata?.creationTimestamp ?? '') || 0;
}
