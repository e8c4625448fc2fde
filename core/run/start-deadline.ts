import {
  ANNOTATION_RESTORED,
  ANNOTATION_STOPPED,
  REASON_QUEUED,
  REASON_RESTORED,
  REASON_START_DEADLINE_EXCEEDED,
} from '../../api/names.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Job, Pod } from '../../api/wire.ts';
import { concurrencyOf } from '../concurrency/concurrency-policy.ts';
import { counted } from '../errors/counted.ts';
import type { Hide } from '../errors/hidden.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import { hasStarted, isJobFinished } from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import { jobStop } from './job-stop.ts';
import { lookAfterThis, seenOfPods } from './pods-step.ts';
import type { Situation } from './situation.ts';
import type { Again, Step } from './step.ts';
import { failedJob, wasStopped } from './stopped-job.ts';

type JobObservation = Extract<Observation, { kind: 'job' }>;

/** Reasons for which a run waits that are not its own fault: this time does not count. */
const PAUSES = [REASON_RESTORED, REASON_QUEUED];
/** Before a sentence in the annotation of a Job that was stopped because of its start deadline. */
const MARK = `${REASON_START_DEADLINE_EXCEEDED}: `;

/** The observation of a run without a Job that did not get one in time. Its Job is read first: it may have one after all. */
export function lateWithoutJob(situation: Situation): Extract<Observation, { kind: 'failed' }> | 'readJob' | undefined {
  const { answers, run } = situation;
  const beganMs = beganWithoutJob(situation);
  if (beganMs === undefined || leftMs(situation, beganMs) > 0) return undefined;
  if (answers.job === undefined) return 'readJob';
  if (answers.job !== 'none') return undefined;
  const { waiting } = run.status ?? {};
  const message = sentence('the JobRun had no Job', situation, waiting);
  return { kind: 'failed', reason: REASON_START_DEADLINE_EXCEEDED, message };
}

/**
 * The step that stops the Job of a run of which no container has started in time. The Pods are read just before that: a
 * container that runs, or an init container, is not killed. If they cannot be read, the Job is not stopped.
 */
export function startDeadlineStep(situation: Situation, observation: Observation): Step | undefined {
  const { answers, record, now } = situation;
  if (!isLateStart(situation, observation) || answers.changeFailed === true) return undefined;
  const { job } = observation;
  // A look is planned first, so that Pods that cannot be read now are read again.
  if (jobStop(job) !== 'setDeadline' || record.look === undefined) return undefined;
  const { pods } = answers;
  if (pods === undefined) return { kind: 'readPods', job, look: lookAfterThis(record.look, now), purpose: 'start' };
  if (pods === 'unknown' || pods.pods.some(hasRunningContainer)) return undefined;
  return stopLateJob(situation, job);
}

function stopLateJob(situation: Situation, job: Job): Step {
  const { template, run } = situation;
  if (template === undefined) return { kind: 'readTemplate' };
  const wait = seenOfPods(situation)?.wait ?? run.status?.waiting;
  const why = `${MARK}${sentence('no container of the JobRun had started', situation, wait)}`;
  return { kind: 'stopJob', job, why, hide: hidingFrom(template, run) };
}

/** Without the template, it is not known what is secret. */
function hidingFrom(template: NonNullable<Situation['template']>, run: JobRun): Hide {
  return template.kind === 'found'
    ? hidingFromOthers(template.template.compiled, run)
    : () => 'the message is not shown';
}

/** Whether the run has a Job that should have started, as far as its status shows, and whose Pods can be read. */
function isLateStart(situation: Situation, observation: Observation): observation is JobObservation {
  if (observation.kind !== 'job' || !situation.readsPods) return false;
  const beganMs = beganWithJob(situation.run, observation.job);
  return beganMs !== undefined && leftMs(situation, beganMs) <= 0;
}

/**
 * The observation of a run whose Job was stopped because of its start deadline. The Job has the reason, so that every syncer
 * knows it.
 *
 * @param now RFC 3339
 */
export function withMissedStart(observation: Observation, now: string): Observation {
  if (observation.kind !== 'job') return observation;
  const message = missedStart(observation.job);
  if (message === undefined || !wasStopped(observation.job)) return observation;
  const failure = { reason: REASON_START_DEADLINE_EXCEEDED, message };
  return { ...observation, job: failedJob(observation.job, failure, now), failure };
}

/** Why this Job was stopped, if it was because of its start deadline. */
export function missedStart({ metadata }: Job): string | undefined {
  const why = metadata?.annotations?.[ANNOTATION_STOPPED];
  return why?.startsWith(MARK) === true ? why.slice(MARK.length) : undefined;
}

/** Continues no later than at the deadline. */
export function withStartDeadline(
  again: Again | undefined,
  situation: Situation,
  observation: Observation,
): Again | undefined {
  const beganMs = began(situation, observation);
  const left = beganMs === undefined ? 0 : Math.ceil(leftMs(situation, beganMs));
  if (left <= 0 || left === Infinity || again === 'retry') return again;
  return { afterMs: Math.min(left, again?.afterMs ?? Infinity, LONGEST_TIMER_MS) };
}

/** A timer of Node.js cannot wait for longer. */
const LONGEST_TIMER_MS = 86_400_000;

function began(situation: Situation, observation: Observation): number | undefined {
  if (observation.kind === 'job') return beganWithJob(situation.run, observation.job);
  const isPaused = observation.kind !== 'pending' || PAUSES.includes(observation.reason);
  return isPaused ? undefined : beganWithoutJob(situation);
}

/**
 * Since when a run without a Job could have one. Of a run that was held or may have been in a queue, since when it waits for something else. A run that is
 * suspended need not start.
 */
function beganWithoutJob(situation: Situation): number | undefined {
  const { run, now } = situation;
  const waiting = run.status?.waiting;
  if (isSuspended(situation)) return undefined;
  if (waiting && PAUSES.includes(waiting.reason)) return now.epochMs;
  const { annotations, creationTimestamp } = run.metadata;
  const wasHeld = annotations?.[ANNOTATION_RESTORED] !== undefined || concurrencyOf(situation.outline) !== undefined;
  return time(wasHeld && waiting ? waiting.since : creationTimestamp);
}

function isSuspended({ run, template }: Situation): boolean {
  const content = template?.kind === 'found' ? template.template.compiled.content : undefined;
  return run.spec.suspend ?? content?.spec.suspend ?? false;
}

/** Kubernetes sets the start time of a Job when it is created or resumed, and removes it when it is suspended. */
function beganWithJob({ status }: JobRun, job: Job): number | undefined {
  const isStarted = status?.phase === 'Running' || hasStarted(job.status ?? {});
  return isStarted || job.spec?.suspend === true || isJobFinished(job) ? undefined : time(job.status?.startTime);
}

function time(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function leftMs({ outline, now }: Situation, beganMs: number): number {
  return beganMs + secondsOf(outline) * 1000 - now.epochMs;
}

/** A template that was stored before the CRD had the field can contain anything. */
function secondsOf(outline: Situation['outline']): number {
  const seconds: unknown = outline?.runs?.startDeadlineSeconds;
  return Number.isSafeInteger(seconds) && (seconds as number) > 0 ? (seconds as number) : Infinity;
}

function sentence(
  what: string,
  { outline }: Situation,
  wait: { reason: string; message?: string } | undefined,
): string {
  const why =
    wait === undefined ? '' : `: ${[wait.reason, wait.message ?? ''].filter((part) => part !== '').join(': ')}`;
  return `${what} within ${counted(secondsOf(outline), 'second')} (runs.startDeadlineSeconds of the template)${why}`;
}

/** One that has run is not killed: the Pod has started. An init container that has finished is not a start. */
function hasRunningContainer({ status }: Pod): boolean {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const hasRun = containerStatuses.some(({ state, lastState }) => state?.terminated ?? lastState?.terminated);
  return hasRun || [...containerStatuses, ...initContainerStatuses].some(({ state }) => state?.running !== undefined);
}
