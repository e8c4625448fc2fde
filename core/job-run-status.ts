import type { JobRun, JobRunStatus, RenderedTemplate } from '../api/job-run.ts';
import {
  CONDITION_COMPLETE,
  CONDITION_FAILED,
  CONDITION_FINISHED,
  CONDITION_JOB_CREATED,
  REASON_COMPLETED,
  REASON_FAILED,
  REASON_JOB_CREATED,
  REASON_JOB_DELETED,
} from '../api/names.ts';
import type { Phase } from '../api/names.ts';
import type { Job, JobStatus } from '../api/wire.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/** What was found out about a run. */
export type Observation =
  /** Its Job is there. `template` is known to who rendered it. */
  | { kind: 'job'; job: Job; template?: RenderedTemplate | undefined }
  /** It has no Job yet, and will be tried again. */
  | { kind: 'pending'; reason: string; message: string }
  /** It never had a Job and never will. */
  | { kind: 'failed'; reason: string; message: string }
  /** Its Job went away before it was finished. */
  | { kind: 'jobDeleted'; message: string };

/** True once the run ended, on either outcome: its status is final. */
export function isFinished(run: JobRun): boolean {
  return isTrue(run.status?.conditions, CONDITION_FINISHED);
}

/** True once the Job completed or failed; it starts no Pod any more. */
export function isJobFinished(job: Job): boolean {
  return isTrue(job.status?.conditions, CONDITION_COMPLETE) || isTrue(job.status?.conditions, CONDITION_FAILED);
}

/**
 * The complete status that a run is to have. A Job's status is taken over as it is: what the Job does not say, the run
 * does not say. Times of our own conditions come from the Job where it has them, and stay while a condition's status
 * stays, so that the same observation always gives the same status.
 *
 * @param now RFC 3339, for conditions that change now.
 */
export function jobRunStatus(run: JobRun, observation: Observation, now: string): JobRunStatus {
  switch (observation.kind) {
    case 'job':
      return mirrored(run, observation.job, observation.template);
    case 'pending':
      return pending(run, observation, now);
    case 'failed':
      return { ...failed(run, observation, now), failed: 1 };
    case 'jobDeleted':
      return jobDeleted(run, observation.message, now);
  }
}

function mirrored(run: JobRun, job: Job, template: RenderedTemplate | undefined): JobRunStatus {
  const { uncountedTerminatedPods: _bookkeeping, conditions = [], ...mirror } = job.status ?? {};
  const created = condition(CONDITION_JOB_CREATED, 'True', {
    reason: REASON_JOB_CREATED,
    message: `Job ${job.metadata?.name ?? ''} was created`,
    lastTransitionTime: job.metadata?.creationTimestamp,
  });
  const outcome = outcomeOf(conditions);
  const finished = outcome && finishedCondition(outcome);
  const known = template ?? run.status?.template;
  return {
    ...mirror,
    ...common(run),
    jobName: job.metadata?.name ?? '',
    phase: phaseOf(job, outcome),
    ...(known && { template: known }),
    ...(outcome?.type === CONDITION_FAILED && { error: `Job failed: ${sentenceOf(outcome)}` }),
    conditions: [...conditions, created, ...(finished ? [finished] : [])],
  };
}

function pending(run: JobRun, why: { reason: string; message: string }, now: string): JobRunStatus {
  const created = condition(CONDITION_JOB_CREATED, 'False', {
    ...why,
    lastTransitionTime: transitionTime(run, CONDITION_JOB_CREATED, 'False', now),
  });
  return { ...common(run), phase: 'Pending', conditions: [created] };
}

function failed(run: JobRun, why: { reason: string; message: string }, now: string): JobRunStatus {
  const since = (type: string, status: string): string => transitionTime(run, type, status, now);
  return {
    ...common(run),
    phase: 'Failed',
    error: why.message,
    conditions: [
      condition(CONDITION_FAILED, 'True', { ...why, lastTransitionTime: since(CONDITION_FAILED, 'True') }),
      condition(CONDITION_JOB_CREATED, 'False', { ...why, lastTransitionTime: since(CONDITION_JOB_CREATED, 'False') }),
      condition(CONDITION_FINISHED, 'True', { ...why, lastTransitionTime: since(CONDITION_FINISHED, 'True') }),
    ],
  };
}

/** What was counted stays; Pods at work go with their Job. */
function jobDeleted(run: JobRun, message: string, now: string): JobRunStatus {
  const { active: _active, ready: _ready, terminating: _terminating, conditions = [], ...stood } = run.status ?? {};
  const why = { reason: REASON_JOB_DELETED, message, lastTransitionTime: now };
  const ended = [CONDITION_FAILED, CONDITION_FINISHED];
  return {
    ...stood,
    ...common(run),
    phase: 'Failed',
    error: message,
    conditions: [
      ...conditions.filter(({ type }) => !ended.includes(type)),
      ...ended.map((type) => condition(type, 'True', why)),
    ],
  };
}

function common(run: JobRun): Pick<JobRunStatus, 'observedGeneration'> {
  const { generation } = run.metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

function phaseOf(job: Job, outcome: Condition | undefined): Phase {
  if (outcome) return outcome.type === CONDITION_COMPLETE ? 'Succeeded' : 'Failed';
  if (job.spec?.suspend === true) return 'Suspended';
  const { active = 0, ready = 0, succeeded = 0, failed: failures = 0, terminating = 0 } = job.status ?? {};
  return active + ready + succeeded + failures + terminating > 0 ? 'Running' : 'Pending';
}

function outcomeOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(
    ({ type, status }) => status === 'True' && (type === CONDITION_COMPLETE || type === CONDITION_FAILED),
  );
}

function finishedCondition(outcome: Condition): Condition {
  const reason = outcome.type === CONDITION_COMPLETE ? REASON_COMPLETED : REASON_FAILED;
  const { lastTransitionTime } = outcome;
  return condition(CONDITION_FINISHED, 'True', { reason, message: sentenceOf(outcome), lastTransitionTime });
}

/** A Job's reason and message in one sentence, as far as it gives them. */
function sentenceOf({ type, reason = '', message = '' }: Condition): string {
  return [reason, message].filter((part) => part !== '').join(': ') || type;
}

function condition(
  type: string,
  status: string,
  { reason, message, lastTransitionTime }: { reason: string; message: string; lastTransitionTime: string | undefined },
): Condition {
  return { type, status, reason, message, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
}

function transitionTime(run: JobRun, type: string, status: string, now: string): string {
  const known = run.status?.conditions?.find((existing) => existing.type === type);
  return known?.status === status ? (known.lastTransitionTime ?? now) : now;
}

function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((existing) => existing.type === type && existing.status === 'True') ?? false;
}
