import type { JobRun, JobRunStatus } from '../../api/job-run.ts';
import { REASON_JOB_REFUSED, REASON_RESTORED } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import { callbackOfTemplate } from '../callback/receiver.ts';
import { formatFieldErrors } from '../errors/field-error.ts';
import { mergePatch } from '../status/merge-patch.ts';
import { statusEvents } from '../status/status-events.ts';
import { adoption, renderedTemplate } from './adoption.ts';
import { failureStep, knownFailure } from './failure-step.ts';
import { blockedCreation, creationProblem, failed } from './creation-problem.ts';
import { cancelledWithoutJob, cancelStep, isCancelled, withCancellation } from './cancellation.ts';
import { holdMessage } from './held-run.ts';
import {
  isFinished,
  isJobFinished,
  jobDeleted,
  jobRunStatus,
  noLongerOwned,
  outcomeUnknown,
  standing,
} from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import { withLogEnds } from '../job/log-end-policy.ts';
import { jobNameOfRun, jobUidOfRun } from '../job/ownership.ts';
import { placeStep, withGroupLabel, withoutUse } from './place-step.ts';
import { canWait, podsStep, seenOfPods, withLook } from './pods-step.ts';
import { presentErrors } from './present-template.ts';
import { render } from '../job/render.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import { resultsStep } from './results-step.ts';
import type { RunRecord, Situation } from './situation.ts';
import type { Observed, Step } from './step.ts';
import {
  lateWithoutJob,
  missedStart,
  startDeadlineStep,
  withMissedStart,
  withStartDeadline,
} from './start-deadline.ts';
import { appliedGeneration, suspendStep } from './suspend-step.ts';
import { templateWait } from './template-wait.ts';

/**
 * The Job controller writes the first status of a new Job within moments. The status of the run waits for it, for at most
 * this time, so that one write reports both that the Job was created and its status.
 */
const FIRST_STATUS_MS = 200;
/** A change that the next one soon replaces, for example that a Pod is ready, is written after this time. */
const PASSING_MS = 1_000;
/** How often a Job without our label is read. The watch does not report it. */
const UNWATCHED_MS = 30_000;

const NOTHING: Extract<Step, { kind: 'nothing' }> = { kind: 'nothing' };

/** Decides the next step of a run. Pure: the same situation always gives the same step. */
export function nextStep(situation: Situation): Step {
  if (isFinished(situation.run)) return NOTHING;
  const observed = observe(situation);
  if ('kind' in observed) return observed;
  const { now } = situation;
  const at = new Date(now.epochMs).toISOString();
  const observation = withCancellation(situation, withMissedStart(observed.observation, at), at);
  return (
    cancelStep(situation, observation) ??
    firstStatusWait(situation, observation) ??
    suspendStep(situation, observation) ??
    startDeadlineStep(situation, observation) ??
    resultsStep(situation, observation) ??
    endOfPodsStep(situation, observation) ??
    statusStep(situation, withPods(situation, { ...observed, observation }))
  );
}

/** How the Pods of a run ended that was cancelled, or that did not start in time, does not matter. */
function endOfPodsStep(situation: Situation, observation: Observation): Step | undefined {
  if (observation.kind === 'job' && (observation.cancelled === true || missedStart(observation.job) !== undefined)) {
    return undefined;
  }
  return failureStep(situation, observation) ?? podsStep(situation, observation);
}

function withPods(situation: Situation, { observation, again }: Observed): Observed {
  if (observation.kind !== 'job') return { observation, again: withStartDeadline(again, situation, observation) };
  const { record } = situation;
  const failure = observation.failure ?? knownFailure(situation, observation.job);
  return {
    observation: { ...observation, pods: seenOfPods(situation), failure, results: record.results },
    again: withStartDeadline(withLook(again, situation), situation, observation),
  };
}

function observe(situation: Situation): Observed | Step {
  const { run, record } = situation;
  const hadJob = run.status?.jobName !== undefined || record.created !== undefined;
  return hadJob ? withJob(situation) : withoutJob(situation);
}

/** A run whose Job exists or existed. It never gets another Job. */
function withJob(situation: Situation): Observed | Step {
  const { run, job, record, answers, isJobWatched } = situation;
  const name = jobNameOfRun(run);
  const template = record.created?.template;
  if (job) {
    const observed = standing(job);
    const observation = observed.kind === 'job' ? { ...observed, template } : observed;
    return isJobWatched ? { observation } : { observation, again: { afterMs: UNWATCHED_MS } };
  }
  const { deletedJob } = record;
  if (deletedJob && isJobFinished(deletedJob)) return { observation: { kind: 'job', job: deletedJob, template } };
  if (answers.job === undefined) return { kind: 'readJob', name };
  if (isBeingDeleted(run)) return NOTHING;
  return { observation: answers.job === 'none' ? deleted(name, record) : taken(situation, answers.job) };
}

/**
 * A Job of the name exists that is not the run's: somebody removed its owner reference, or deleted the run's Job and created
 * another one. Only a Job with another uid shows that the run's Job was deleted.
 */
function taken({ run, record }: Situation, { metadata }: Job): Observation {
  const name = jobNameOfRun(run);
  const uid = jobUidOfRun(run, record) ?? record.deletedJob?.metadata?.uid;
  if (uid === undefined || uid === metadata?.uid) return noLongerOwned(name);
  return deleted(name, record, ', and another Job has taken its name');
}

/**
 * The Job was deleted, and was unfinished when it was last seen. If the watch reported the deletion, it had not finished.
 * Otherwise it may have finished since.
 */
function deleted(name: string, { deletedJob, deletedUnseen }: RunRecord, more = ''): Observation {
  if (deletedJob === undefined || deletedUnseen === true) return outcomeUnknown(name, more);
  return jobDeleted(name, `was deleted before it finished${more}`);
}

/**
 * A run without a known Job: adopts the Job of an earlier attempt, or creates one. The Job's name is the lock. If the
 * name is taken, a live read decides whose Job it is.
 */
function withoutJob(situation: Situation): Observed | Step {
  const { run, job, record } = situation;
  if (job) return adoption(job, situation);
  const { deletedJob } = record;
  if (deletedJob) {
    if (isJobFinished(deletedJob)) return { observation: { kind: 'job', job: deletedJob } };
    return { observation: deleted(jobNameOfRun(run), record) };
  }
  // Until it is removed, it keeps nobody waiting.
  if (isBeingDeleted(run)) return withoutUse(situation, NOTHING);
  if (isCancelled(situation)) return withoutJobToStop(situation);
  const found = restored(situation) ?? toCreate(situation);
  return isDelayed(situation, found) ? withoutUse(situation, found) : found;
}

/** With its turn, a run may get its Job at once. */
function isDelayed({ answers }: Situation, found: Observed | Step): found is Observed {
  return 'observation' in found && found.observation.kind === 'pending' && answers.creation?.kind !== 'noTurn';
}

function restored({ run }: Situation): Observed | undefined {
  const message = holdMessage(run);
  return message === undefined ? undefined : { observation: { kind: 'pending', reason: REASON_RESTORED, message } };
}

function toCreate(situation: Situation): Observed | Step {
  return withoutJobInTime(situation) ?? blockedCreation(situation) ?? creationProblem(situation) ?? creation(situation);
}

function withoutJobInTime(situation: Situation): Observed | Step | undefined {
  const late = lateWithoutJob(situation);
  if (late === 'readJob') return { kind: 'readJob', name: jobNameOfRun(situation.run) };
  return late && { observation: late };
}

/** A Job that was created, for example by the last leader, may not be known yet: it is read first. */
function withoutJobToStop(situation: Situation): Observed | Step {
  const { run, answers } = situation;
  if (answers.job === undefined) return { kind: 'readJob', name: jobNameOfRun(run) };
  return { observation: cancelledWithoutJob(situation) };
}

function creation(situation: Situation): Observed | Step {
  const { run, template: resolution, rules, now } = situation;
  if (resolution === undefined) return { kind: 'readTemplate' };
  if (resolution.kind === 'lost') return failed(resolution.reason, resolution.message);
  if (resolution.kind === 'missing') {
    const { observation, afterMs } = templateWait(run, rules, now.epochMs);
    return afterMs === undefined ? { observation } : { observation, again: { afterMs } };
  }
  const { template, present } = resolution;
  const rendered = render(template.compiled, run);
  const hide = hidingFromOthers(template.compiled, run);
  const refused = present ? presentErrors(present, run, template.compiled) : [];
  const errors = 'errors' in rendered ? rendered.errors : refused;
  if ('errors' in rendered || errors.length > 0) {
    const why = formatFieldErrors(errors.map((error) => ({ ...error, message: hide(error.message) })));
    return failed(REASON_JOB_REFUSED, `${template.key.kind} "${run.spec.templateRef}" can't make a Job: ${why}`);
  }
  return (
    placeStep(situation) ?? {
      kind: 'createJob',
      job: withSettings(rendered.job, situation),
      template: renderedTemplate(template),
      hide,
    }
  );
}

function withSettings(job: Job, { keepsLogEnds, place }: Situation): Job {
  return withGroupLabel(keepsLogEnds ? withLogEnds(job) : job, place);
}

function firstStatusWait({ record, now }: Situation, observation: Observation): Step | undefined {
  if (!record.created || observation.kind !== 'job' || hasStatus(observation.job)) return undefined;
  const afterMs = Math.ceil(record.created.atMs + FIRST_STATUS_MS - now.monotonicMs);
  return afterMs > 0 ? { kind: 'wait', afterMs } : undefined;
}

/** Writes the status if it changed. If `spec.suspend` or `spec.cancel` could not be applied, the status does not report its generation. */
function statusStep(situation: Situation, { observation, again }: Observed): Step {
  const { run, now, record, answers } = situation;
  const { generation: newest = 1 } = run.metadata;
  const generation = answers.changeFailed === true ? appliedGeneration(situation) : newest;
  const observedRun = { ...run, metadata: { ...run.metadata, generation } };
  const status = withCallback(jobRunStatus(observedRun, observation, new Date(now.epochMs).toISOString()), situation);
  const patch = mergePatch(run.status ?? {}, status);
  if (!patch) return { kind: 'nothing', again };
  if (canWait(situation, patch)) {
    const { changePendingSinceMs = now.monotonicMs } = record;
    const afterMs = Math.ceil(changePendingSinceMs + PASSING_MS - now.monotonicMs);
    if (afterMs > 0) return { kind: 'wait', afterMs, changePendingSinceMs };
  }
  const job = observation.kind === 'job' ? observation.job : undefined;
  return { kind: 'writeStatus', patch, events: statusEvents(run, { ...run, status }), job, again };
}

/** A run that finishes has the callback of the present template, unless it sets its own. */
function withCallback(status: JobRunStatus, { run, outline }: Situation): JobRunStatus {
  const callback = isFinished({ ...run, status }) ? callbackOfTemplate(run, outline) : undefined;
  return callback ? { ...status, callback } : status;
}

function hasStatus({ status }: Job): boolean {
  return status?.startTime !== undefined || (status?.conditions?.length ?? 0) > 0;
}

function isBeingDeleted(run: JobRun): boolean {
  return run.metadata.deletionTimestamp !== undefined;
}
