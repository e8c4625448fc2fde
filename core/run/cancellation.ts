import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY, ANNOTATION_STOPPED, REASON_CANCELLED } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import type { Hide } from '../errors/hidden.ts';
import type { Observation } from '../status/job-run-status.ts';
import { jobStop } from './job-stop.ts';
import { replacedMessage } from './place-step.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import type { Situation } from './situation.ts';
import { failedJob, wasStopped } from './stopped-job.ts';
import type { Step } from './step.ts';

/** Whether a user has cancelled the run. The API server does not let anybody set it back. */
export function isCancelRequested({ spec }: JobRun): boolean {
  return spec.cancel === true;
}

/** The step that stops the Job of a cancelled run, unless the Job ends already. */
export function cancelStep(situation: Situation, observation: Observation): Step | undefined {
  const { run, template, answers, now } = situation;
  if (observation.kind !== 'job' || answers.changeFailed === true) return undefined;
  const cause = causeOf(situation);
  if (cause === undefined || jobStop(observation.job) !== 'setDeadline') return undefined;
  const why = `${cause} at ${new Date(now.epochMs).toISOString()}`;
  // What must be hidden is only known with the template. It is not read for this: that could delay the cancellation.
  const hide: Hide =
    template?.kind === 'found' ? hidingFromOthers(template.template.compiled, run) : () => 'the message is not shown';
  return { kind: 'stopJob', job: observation.job, why, hide };
}

/** A run that was cancelled before it had a Job gets none. */
export function cancelledWithoutJob(situation: Situation): Observation {
  return { kind: 'cancelled', message: `${messageOf(causeOf(situation) ?? '')} before it had a Job` };
}

/** Whether the run is cancelled: by a user, or because a newer run replaces it. */
export function isCancelled(situation: Situation): boolean {
  return causeOf(situation) !== undefined;
}

/**
 * The observation of a run that may be cancelled. A Job that finished by itself keeps its own outcome. If the syncer
 * stopped the Job, or the Job was deleted before it finished, the run is cancelled.
 *
 * @param now RFC 3339
 */
export function withCancellation(situation: Situation, observation: Observation, now: string): Observation {
  const stopped = observation.kind === 'job' && wasStopped(observation.job) ? causeOfStop(observation.job) : undefined;
  const cause = userCause(situation.run) ?? stopped ?? causeOf(situation);
  if (cause === undefined) return observation;
  const message = messageOf(cause);
  switch (observation.kind) {
    case 'job': {
      if (!wasStopped(observation.job)) return observation;
      const why = { reason: REASON_CANCELLED, message };
      return { ...observation, job: failedJob(observation.job, why, now), cancelled: true };
    }
    case 'jobDeleted':
      return { kind: 'cancelled', jobName: observation.jobName, message };
    default:
      return observation;
  }
}

/** Before a sentence in the annotation of a Job that was stopped because a newer run replaces its run. */
const MARK = 'Replaced: ';
const TIME = / at \d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Why the run is cancelled. A user comes before a newer run. */
function causeOf({ run, place }: Situation): string | undefined {
  const by = place?.kind === 'held' ? place.replacedBy : undefined;
  return userCause(run) ?? (by === undefined ? undefined : `${MARK}${replacedMessage(by)}`);
}

/** The Job has the cause, so that every syncer knows it, and also when the newer run was deleted. */
function causeOfStop({ metadata }: Job): string | undefined {
  const why = metadata?.annotations?.[ANNOTATION_STOPPED];
  return why?.startsWith(MARK) === true ? why.replace(TIME, '') : undefined;
}

function messageOf(cause: string): string {
  return cause.startsWith(MARK) ? cause.slice(MARK.length) : cause;
}

function userCause(run: JobRun): string | undefined {
  if (!isCancelRequested(run)) return undefined;
  const by = run.metadata.annotations?.[ANNOTATION_CANCELLED_BY];
  return by === undefined ? 'the JobRun was cancelled' : `the JobRun was cancelled by ${by}`;
}
