import type { Failure } from '../../api/failure.ts';
import type { JobRun, JobRunStatus } from '../../api/job-run.ts';
import {
  CONDITION_COMPLETE,
  CONDITION_FAILED,
  CONDITION_FINISHED,
  CONDITION_JOB_CREATED,
  CONDITION_RECONCILING,
  CONDITION_RESULTS_VALID,
  CONDITION_STALLED,
  REASON_CANCELLED,
  REASON_COMPLETED,
  REASON_FAILED,
  REASON_JOB_CREATED,
  REASON_JOB_DELETED,
  REASON_OUTCOME_UNKNOWN,
  REASON_QUEUED,
} from '../../api/names.ts';
import type { Phase } from '../../api/names.ts';
import type { RenderedTemplate } from '../../api/rendered-template.ts';
import type { Waiting } from '../../api/waiting.ts';
import type { Job, JobStatus } from '../../api/wire.ts';
import type { PodsView } from '../pods/pods-view.ts';
import type { ResultsOutcome } from '../results/results-outcome.ts';
import { boundedJobStatus, boundedText } from './bounded-job-status.ts';
import { kstatusConditions } from './kstatus-conditions.ts';
import { resultsCondition, resultValues } from './results-status.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/** A Job's condition of such a type is not mirrored: a list of conditions has each type once. */
const OWN_CONDITIONS = [
  CONDITION_JOB_CREATED,
  CONDITION_FINISHED,
  CONDITION_RESULTS_VALID,
  CONDITION_RECONCILING,
  CONDITION_STALLED,
];

/** What the syncer knows about a run. */
export type Observation =
  /**
   * Its Job exists. `template` is set if the syncer has just rendered the Job, `pods` if it has just read its Pods.
   * `cancelled`: the Job was stopped because the run was cancelled, and its condition `Failed` reports this.
   */
  | {
      kind: 'job';
      job: Job;
      template?: RenderedTemplate | undefined;
      pods?: PodsView | undefined;
      /** Why its last attempt failed, if that is known. */
      failure?: Failure | undefined;
      /** What became of its results, if its template declares any. */
      results?: ResultsOutcome | undefined;
      cancelled?: boolean | undefined;
    }
  /** It has no Job yet; the syncer tries again. */
  | { kind: 'pending'; reason: string; message: string }
  /**
   * It never had a Job and never will. `countsAsPod`: `status.failed` is 1, as the first users of the policy `Fail` expect.
   * Otherwise only Pods are counted, and there are none.
   */
  | { kind: 'failed'; reason: string; message: string; countsAsPod?: boolean | undefined }
  /** Its Job was deleted before it finished. */
  | { kind: 'jobDeleted'; jobName: string; message: string }
  /** It was cancelled. It never had a Job, or the Job of this name was deleted before it finished. */
  | { kind: 'cancelled'; jobName?: string; message: string }
  /** Its Job was deleted or lost its owner reference, and nobody saw whether it had finished. */
  | { kind: 'outcomeUnknown'; jobName: string; message: string };

type JobObservation = Extract<Observation, { kind: 'job' }>;

/** True once the run has finished, successfully or not: its status is final. */
export function isFinished(run: JobRun): boolean {
  return isTrue(run.status?.conditions, CONDITION_FINISHED);
}

/** True once the Job has completed or failed: it starts no more Pods. */
export function isJobFinished(job: Job): boolean {
  return isTrue(job.status?.conditions, CONDITION_COMPLETE) || isTrue(job.status?.conditions, CONDITION_FAILED);
}

/** @param how the rest of the message, after the Job's name. */
export function jobDeleted(jobName: string, how: string): Observation {
  return { kind: 'jobDeleted', jobName, message: `Job "${jobName}" ${how}` };
}

/** The Job of this name does not belong to the run, or not any more. So the outcome of the run's Job is not known. */
export function noLongerOwned(jobName: string): Observation {
  const message = `Job "${jobName}" no longer belongs to this JobRun, or another Job has taken its name, so its outcome is not known`;
  return { kind: 'outcomeUnknown', jobName, message };
}

/** @param more what is known besides, for the end of the message. */
export function outcomeUnknown(jobName: string, more = ''): Observation {
  const message = `Job "${jobName}" was deleted while no syncer watched it, so its outcome is not known${more}`;
  return { kind: 'outcomeUnknown', jobName, message };
}

/** A Job that is being deleted starts no more Pods; what it reports during its deletion is not an outcome. */
export function standing(job: Job): Observation {
  if (job.metadata?.deletionTimestamp === undefined || isJobFinished(job)) return { kind: 'job', job };
  return jobDeleted(job.metadata.name ?? '', 'is being deleted before it finished');
}

/**
 * The complete status that a run should have. The Job's status is copied as it is: a field that the Job does not set is not
 * set in the run. Transition times of our own conditions are copied from the Job if it has them. They change only with the
 * status of the condition. So the same observation always results in the same status.
 *
 * @param now RFC 3339, for conditions that change now.
 */
export function jobRunStatus(run: JobRun, observation: Observation, now: string): JobRunStatus {
  const status = statusFrom(run, observation, now);
  return { ...status, conditions: [...(status.conditions ?? []), ...kstatusConditions(run, status, now)] };
}

function statusFrom(run: JobRun, observation: Observation, now: string): JobRunStatus {
  switch (observation.kind) {
    case 'job':
      return mirrored(run, observation, now);
    case 'pending':
      return pending(run, observation, now);
    case 'failed':
      return { ...failed(run, observation, now), ...(observation.countsAsPod === true && { failed: 1 }) };
    case 'jobDeleted':
      return ended(run, observation, { phase: 'Failed', reason: REASON_JOB_DELETED, now });
    case 'cancelled': {
      const { jobName, message } = observation;
      const how = { phase: 'Cancelled', reason: REASON_CANCELLED, now } as const;
      return jobName === undefined
        ? { ...failed(run, { reason: REASON_CANCELLED, message }, now), phase: 'Cancelled' }
        : ended(run, { jobName, message }, how);
    }
    case 'outcomeUnknown':
      return ended(run, observation, { phase: 'Unknown', reason: REASON_OUTCOME_UNKNOWN, now });
  }
}

function mirrored(run: JobRun, observation: JobObservation, now: string): JobRunStatus {
  const { job, template, cancelled = false } = observation;
  const mirror = boundedJobStatus(job.status);
  // The Job controller's own bookkeeping between two of its writes.
  delete mirror.uncountedTerminatedPods;
  const { name = '', creationTimestamp } = job.metadata ?? {};
  const conditions = (mirror.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type));
  const outcome = outcomeOf(conditions);
  const ownConditions = [
    condition(CONDITION_JOB_CREATED, 'True', {
      reason: REASON_JOB_CREATED,
      message: `Job ${name} was created`,
      lastTransitionTime: creationTimestamp,
    }),
    ...(outcome ? [finishedCondition(outcome, cancelled), ...resultsCondition(observation.results, outcome)] : []),
  ];
  const known = template ?? run.status?.template;
  return {
    ...mirror,
    ...common(run),
    ...jobIdentity(job),
    ...(known && { template: known }),
    ...(outcome ? outcomeStatus(run, observation, outcome) : progressStatus(run, observation, now)),
    conditions: [...conditions, ...ownConditions],
  };
}

function jobIdentity({ metadata: { name = '', uid } = {} }: Job): Pick<JobRunStatus, 'jobName' | 'jobUid'> {
  return { jobName: name, ...(uid !== undefined && { jobUid: uid }) };
}

function pending(run: JobRun, why: { reason: string; message: string }, now: string): JobRunStatus {
  const created = condition(CONDITION_JOB_CREATED, 'False', {
    ...why,
    lastTransitionTime: transitionTime(run, CONDITION_JOB_CREATED, 'False', now),
  });
  const phase = why.reason === REASON_QUEUED ? 'Queued' : 'Pending';
  return { ...common(run), phase, waiting: waitingFor(run, why, now), conditions: [created] };
}

/** `since` changes only with the reason. */
function waitingFor(run: JobRun, { reason, message }: { reason: string; message: string }, now: string): Waiting {
  const known = run.status?.waiting;
  return { reason, message: boundedText(message), since: known?.reason === reason ? known.since : now };
}

function failed(run: JobRun, { reason, message }: { reason: string; message: string }, now: string): JobRunStatus {
  const why = { reason, message };
  const since = (type: string, status: string): string => transitionTime(run, type, status, now);
  return {
    ...common(run),
    phase: 'Failed',
    error: boundedText(message),
    conditions: [
      condition(CONDITION_FAILED, 'True', { ...why, lastTransitionTime: since(CONDITION_FAILED, 'True') }),
      condition(CONDITION_JOB_CREATED, 'False', { ...why, lastTransitionTime: since(CONDITION_JOB_CREATED, 'False') }),
      condition(CONDITION_FINISHED, 'True', { ...why, lastTransitionTime: since(CONDITION_FINISHED, 'True') }),
    ],
  };
}

interface Ending {
  phase: 'Failed' | 'Cancelled' | 'Unknown';
  reason: string;
  now: string;
}

/**
 * The counts of finished Pods do not change. Active Pods are deleted with their Job. A run whose outcome is unknown has
 * finished, but has not failed as far as anybody knows.
 */
function ended(
  run: JobRun,
  { jobName, message }: { jobName: string; message: string },
  { phase, reason, now }: Ending,
): JobRunStatus {
  const last: JobRunStatus = { ...run.status };
  delete last.active;
  delete last.ready;
  delete last.terminating;
  delete last.waiting;
  const why = { reason, message, lastTransitionTime: now };
  const changed = phase === 'Unknown' ? [CONDITION_FINISHED] : [CONDITION_FAILED, CONDITION_FINISHED];
  const replaced = [...changed, CONDITION_RECONCILING, CONDITION_STALLED];
  const others = (last.conditions ?? []).filter(({ type }) => !replaced.includes(type));
  const conditions = [...others, ...changed.map((type) => condition(type, 'True', why))];
  return { ...last, ...common(run), jobName, phase, error: boundedText(message), conditions };
}

function common(run: JobRun): Pick<JobRunStatus, 'observedGeneration'> {
  const { generation } = run.metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

/** A run that was Running does not become Pending again while its Job replaces a Pod or counts the last one. */
function phaseOf(run: JobRun, job: Job, pods: PodsView | undefined): Phase {
  if (job.spec?.suspend === true) return 'Suspended';
  const started = hasStarted(job.status ?? {}) || pods?.started === true;
  return started || run.status?.phase === 'Running' ? 'Running' : 'Pending';
}

function outcomeStatus(run: JobRun, observation: JobObservation, outcome: Condition): JobRunStatus {
  if (outcome.type === CONDITION_COMPLETE) return { phase: 'Succeeded', ...resultValues(observation.results) };
  if (observation.cancelled === true) return { phase: 'Cancelled', error: boundedText(outcome.message ?? '') };
  const known = failureStatus(run, observation);
  return { phase: 'Failed', ...known, error: known.failure?.message ?? `Job failed: ${sentenceOf(outcome)}` };
}

function progressStatus(run: JobRun, observation: JobObservation, now: string): JobRunStatus {
  const { job, pods } = observation;
  const waiting = jobWaiting(run, observation, now);
  return { phase: phaseOf(run, job, pods), ...failureStatus(run, observation), ...(waiting && { waiting }) };
}

/** Of the last failed attempt. */
function failureStatus(run: JobRun, { failure = run.status?.failure }: JobObservation): Pick<JobRunStatus, 'failure'> {
  if (failure === undefined) return {};
  return { failure: { ...failure, reason: boundedText(failure.reason), message: boundedText(failure.message) } };
}

/** Why the Job has no ready Pod: what its Pods say now, or what they said when they were read last. */
function jobWaiting(
  run: JobRun,
  { job, pods }: Pick<JobObservation, 'job' | 'pods'>,
  now: string,
): Waiting | undefined {
  if (job.spec?.suspend === true || (job.status?.ready ?? 0) > 0) return undefined;
  if (pods) return pods.wait && waitingFor(run, pods.wait, now);
  return run.status?.jobName === undefined ? undefined : run.status.waiting;
}

/** A Pod that is active may still wait for a node or an image. One that is ready or has finished has started. */
export function hasStarted({
  ready,
  succeeded,
  failed: failures,
  uncountedTerminatedPods: uncounted,
}: JobStatus): boolean {
  const ended = (uncounted?.succeeded?.length ?? 0) + (uncounted?.failed?.length ?? 0);
  return [ready, succeeded, failures, ended].some((count) => count !== undefined && count > 0);
}

/** The condition that reports how a Job finished; `undefined` until then. */
export function outcomeOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(
    ({ type, status }) => status === 'True' && (type === CONDITION_COMPLETE || type === CONDITION_FAILED),
  );
}

function finishedCondition(outcome: Condition, cancelled: boolean): Condition {
  if (cancelled) return { ...outcome, type: CONDITION_FINISHED };
  const reason = outcome.type === CONDITION_COMPLETE ? REASON_COMPLETED : REASON_FAILED;
  const { lastTransitionTime } = outcome;
  return condition(CONDITION_FINISHED, 'True', { reason, message: sentenceOf(outcome), lastTransitionTime });
}

/** A Job's reason and message in one sentence, as far as the Job sets them. */
function sentenceOf({ type, reason = '', message = '' }: Condition): string {
  return [reason, message].filter((part) => part !== '').join(': ') || type;
}

function condition(
  type: string,
  status: string,
  { reason, message, lastTransitionTime }: { reason: string; message: string; lastTransitionTime: string | undefined },
): Condition {
  return {
    type,
    status,
    reason,
    message: boundedText(message),
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  };
}

function transitionTime(run: JobRun, type: string, status: string, now: string): string {
  const known = run.status?.conditions?.find((existing) => existing.type === type);
  return known?.status === status ? (known.lastTransitionTime ?? now) : now;
}

/** Whether the condition of this type is True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((existing) => existing.type === type && existing.status === 'True') ?? false;
}
