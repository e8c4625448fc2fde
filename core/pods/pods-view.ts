import type { Pod } from '../../api/wire.ts';
import { containerWait } from './container-wait.ts';
import { placementWait } from './placement-wait.ts';
import { refusalWait } from './refusal-wait.ts';
import { isLive } from './seen-pods.ts';
import type { SeenPods } from './seen-pods.ts';

/** Why something makes no progress. */
export interface Wait {
  reason: string;
  message: string;
}

/** What the Pods of a Job that has no ready Pod say about it. */
export interface PodsView {
  /** A container, apart from init containers, runs or has run. */
  started: boolean;
  wait?: Wait | undefined;
}

/** @param nowMs since the Unix epoch */
export function podsView(seen: SeenPods, nowMs: number): PodsView {
  const live = seen.pods.filter(isLive);
  return {
    started: seen.pods.some(hasStarted),
    wait: live.length === 0 ? refusalWait(seen) : waitOf(live, nowMs),
  };
}

/** A problem of a container explains more than a Pod without a node: it needs a person, and other Pods may have it too. */
function waitOf(pods: readonly Pod[], nowMs: number): Wait | undefined {
  const inOrder = pods.toSorted((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  return firstOf(inOrder, (pod) => containerWait(pod, nowMs)) ?? firstOf(inOrder, placementWait);
}

function firstOf(pods: readonly Pod[], waitOfPod: (pod: Pod) => Wait | undefined): Wait | undefined {
  for (const pod of pods) {
    const wait = waitOfPod(pod);
    if (wait) return wait;
  }
  return undefined;
}

function hasStarted({ status }: Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.some(({ state, lastState }) => state?.running ?? state?.terminated ?? lastState?.terminated);
}
