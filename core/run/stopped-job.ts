import { CONDITION_FAILED } from '../../api/names.ts';
import type { Job, JobStatus } from '../../api/wire.ts';
import { isJobFinished, outcomeOf } from '../status/job-run-status.ts';
import { isMarkedStopped, jobStop } from './job-stop.ts';

/** The reason of the Job controller for a Job whose deadline is over. */
const DEADLINE_EXCEEDED = 'DeadlineExceeded';

/**
 * Whether the syncer has ended this Job: it failed because its deadline was set, or is suspended with that deadline and is
 * about to be deleted. A Job that finished by itself before has its own outcome.
 */
export function wasStopped(job: Job): boolean {
  if (!isJobFinished(job)) return jobStop(job) === 'delete';
  const outcome = outcomeOf(job.status?.conditions ?? []);
  return outcome?.type === CONDITION_FAILED && outcome.reason === DEADLINE_EXCEEDED && isMarkedStopped(job);
}

/**
 * The Job as one that failed for the reason for which it was stopped. A Job that has not finished loses its Pods now.
 *
 * @param now RFC 3339
 */
export function failedJob(job: Job, why: { reason: string; message: string }, now: string): Job {
  const { conditions = [], ...counts } = job.status ?? {};
  const outcome = outcomeOf(conditions);
  const { lastTransitionTime = now } = outcome ?? {};
  const failure = { type: CONDITION_FAILED, status: 'True', ...why, lastTransitionTime };
  const status: JobStatus = { ...counts, conditions: [...conditions.filter((one) => one !== outcome), failure] };
  if (!outcome) {
    delete status.active;
    delete status.ready;
    delete status.terminating;
  }
  return { ...job, status };
}
