import { ANNOTATION_STOPPED, CONDITION_FAILURE_TARGET, CONDITION_SUCCESS_CRITERIA_MET } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import { boundedText } from '../status/bounded-job-status.ts';
import { isJobFinished, isTrue } from '../status/job-run-status.ts';

/** The shortest deadline that Kubernetes accepts. */
const DEADLINE_SECONDS = 1;

/** How a Job that must not run is stopped. `setDeadline`: the Job controller ends its Pods, and the Job remains. */
export type JobStop = 'setDeadline' | 'delete';

/**
 * What is next to stop this Job; `undefined` if nothing is left to do. Its deadline is set first. A suspended Job has no
 * running deadline: nothing ends it, so it is deleted. If it is resumed before that, its deadline stops it after all.
 */
export function jobStop(job: Job): JobStop | undefined {
  if (isJobFinished(job) || job.metadata?.deletionTimestamp !== undefined) return undefined;
  const isSuspended = job.spec?.suspend === true;
  if (job.spec?.activeDeadlineSeconds === DEADLINE_SECONDS && isMarkedStopped(job)) {
    return isSuspended ? 'delete' : undefined;
  }
  return isDecided(job, isSuspended) ? undefined : 'setDeadline';
}

/** Whether the syncer has stopped this Job. */
export function isMarkedStopped({ metadata }: Job): boolean {
  return metadata?.annotations?.[ANNOTATION_STOPPED] !== undefined;
}

/** The merge patch that stops a Job: its Pods are terminated with their grace period. Everything else stays as it is. */
export function stopPatch(why: string): { metadata: { annotations: Record<string, string> }; spec: object } {
  return {
    metadata: { annotations: { [ANNOTATION_STOPPED]: boundedText(why) } },
    spec: { activeDeadlineSeconds: DEADLINE_SECONDS },
  };
}

/** The Job controller ends the Job already. For a suspended Job, it never reports a failure. */
function isDecided({ status }: Job, isSuspended: boolean): boolean {
  if (isTrue(status?.conditions, CONDITION_SUCCESS_CRITERIA_MET)) return true;
  return !isSuspended && isTrue(status?.conditions, CONDITION_FAILURE_TARGET);
}
