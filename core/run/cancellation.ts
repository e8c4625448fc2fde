import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY, REASON_CANCELLED } from '../../api/names.ts';
import type { Hide } from '../errors/hidden.ts';
import type { Observation } from '../status/job-run-status.ts';
import { jobStop } from './job-stop.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import type { Situation } from './situation.ts';
import { failedJob, wasStopped } from './stopped-job.ts';
import type { Step } from './step.ts';

/** Whether a user has cancelled the run. The API server does not let anybody set it back. */
export function isCancelRequested({ spec }: JobRun): boolean {
  return spec.cancel === true;
}

/** The step that stops the Job of a cancelled run, unless the Job ends already. */
export function cancelStep({ run, template, answers, now }: Situation, observation: Observation): Step | undefined {
  if (!isCancelRequested(run) || observation.kind !== 'job' || answers.changeFailed === true) return undefined;
  if (jobStop(observation.job) !== 'setDeadline') return undefined;
  const why = `${cancelMessage(run)} at ${new Date(now.epochMs).toISOString()}`;
  // What must be hidden is only known with the template. It is not read for this: that could delay the cancellation.
  const hide: Hide =
    template?.kind === 'found' ? hidingFromOthers(template.template.compiled, run) : () => 'the message is not shown';
  return { kind: 'stopJob', job: observation.job, why, hide };
}

/** A run that was cancelled before it had a Job gets none. */
export function cancelledWithoutJob(run: JobRun): Observation {
  return { kind: 'cancelled', message: `${cancelMessage(run)} before it had a Job` };
}

/**
 * The observation of a run that may be cancelled. A Job that finished by itself keeps its own outcome. If the syncer
 * stopped the Job, or the Job was deleted before it finished, the run is cancelled.
 *
 * @param now RFC 3339
 */
export function withCancellation(run: JobRun, observation: Observation, now: string): Observation {
  if (!isCancelRequested(run)) return observation;
  switch (observation.kind) {
    case 'job':
      if (!wasStopped(observation.job)) return observation;
      return { ...observation, job: failedJob(observation.job, whyCancelled(run), now), cancelled: true };
    case 'jobDeleted':
      return { kind: 'cancelled', jobName: observation.jobName, message: cancelMessage(run) };
    default:
      return observation;
  }
}

function whyCancelled(run: JobRun): { reason: string; message: string } {
  return { reason: REASON_CANCELLED, message: cancelMessage(run) };
}

function cancelMessage({ metadata }: JobRun): string {
  const by = metadata.annotations?.[ANNOTATION_CANCELLED_BY];
  return by === undefined ? 'the JobRun was cancelled' : `the JobRun was cancelled by ${by}`;
}
