import type { Pod, ReportedEvent } from '../../api/wire.ts';

/** What was read about the Pods of a Job. */
export interface SeenPods {
  /** Some of them: a Job can have thousands. */
  pods: readonly Pod[];
  /** The newest Event with which the Job controller reports that it cannot create a Pod, if there is one. */
  refusal?: ReportedEvent | undefined;
}

/**
 * Why the Pods of a Job are read: to see why none is ready; to see why some failed, before they are deleted; to make sure
 * that none has started, so that the Job can be stopped; or to read the results of the one that succeeded.
 */
export type PodsPurpose = 'look' | 'failure' | 'start' | 'results';

/** As it is named in a sentence. */
export function titleOfPod({ metadata }: Pod): string {
  return `Pod "${metadata?.name ?? ''}"`;
}

/** Whether a Pod has neither finished nor is being deleted. */
export function isLive({ metadata, status }: Pod): boolean {
  return metadata?.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
