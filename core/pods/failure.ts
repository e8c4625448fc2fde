import type { Failure } from '../../api/failure.ts';
import type { Job, Pod } from '../../api/wire.ts';
import type { Hide } from '../errors/hidden.ts';
import { exitOf } from './exit.ts';
import type { FailedContainer } from './failed-container.ts';
import { disruptionOf, failedPod } from './failed-pod.ts';
import type { FailedPod } from './failed-pod.ts';
import { lastLine, logEnd } from './log-end.ts';
import { titleOfPod } from './seen-pods.ts';

/** Of a Job that failed: `Failed`, or `FailureTarget` before it. */
interface Outcome {
  reason?: string;
  message?: string;
}

/** That of Kubernetes. */
const DEFAULT_BACKOFF_LIMIT = 6;

/** A Job whose Pods failed. */
export interface FailedJob {
  job: Job;
  /** Absent while it retries. */
  outcome: Outcome | undefined;
  /** Why an earlier attempt failed, if that is known. */
  before?: Failure | undefined;
}

/** The Job itself ends its Pods, so that how they ended explains nothing. */
const ENDED_BY_JOB = 'DeadlineExceeded';
const DISRUPTION = 'DisruptionTarget';
/** OnFailure: the Job deletes the Pod whose container fails too often. */
const GONE = '; its Pods were gone before they were read';
const GONE_AGAIN = `${GONE} again`;
/** The Job fails because of one Pod, and says which rule matched. */
const RULE = 'PodFailurePolicy';

/** Why the attempts of a Job failed. `undefined` if nothing is known, and the Job has not decided to fail. */
export function failureOf(pods: readonly Pod[], { job, outcome, before }: FailedJob, hide: Hide): Failure | undefined {
  const failed = outcome?.reason === ENDED_BY_JOB ? undefined : failedPod(pods);
  if (failed === undefined) return outcome && failureWithoutPods(outcome, job, before);
  const log = logEnd(failed.container?.terminated.message, hide);
  const attempts = attemptsOf(failed, job);
  return {
    ...ruled(outcome, { reason: reasonOf(failed), message: sentenceOf(failed, job, hide) + lineOf(log) }),
    ...placeOf(failed),
    ...(attempts !== undefined && { attempts }),
    ...(log !== undefined && { log }),
  };
}

/** What the Job says, if its Pods say nothing; or else the last attempt that was read. */
function failureWithoutPods(
  { reason = 'Failed', message = '' }: Outcome,
  job: Job,
  before: Failure | undefined,
): Failure {
  const said = message === '' ? reason : `${reason}: ${message}`;
  if (reason === ENDED_BY_JOB) return { reason, message: `Job failed: ${said}` };
  if (before) return isLastEviction(before, job) ? before : withEnd(before, GONE_AGAIN);
  return { reason, message: `Job failed: ${said}${GONE}` };
}

/** A Pod that is evicted is always gone when the Job counts it. Nothing failed after it. */
function isLastEviction({ reason, attempts }: Failure, job: Job): boolean {
  return reason === DISRUPTION && attempts === Math.max(failedPods(job), 1);
}

function withEnd(failure: Failure, end: string): Failure {
  return failure.message.endsWith(end) ? failure : { ...failure, message: `${failure.message}${end}` };
}

function ruled(outcome: Outcome | undefined, failure: Pick<Failure, 'reason' | 'message'>): typeof failure {
  if (outcome?.reason !== RULE) return failure;
  return { reason: RULE, message: `${failure.message} (${outcome.message ?? RULE})` };
}

function lineOf(log: string | undefined): string {
  return log === undefined ? '' : `: ${lastLine(log)}`;
}

function placeOf({ pod, container, index }: FailedPod): Partial<Failure> {
  const { name } = pod.metadata ?? {};
  const { nodeName } = pod.spec ?? {};
  return {
    ...(container && containerOf(container)),
    ...(name !== undefined && { pod: name }),
    ...(nodeName !== undefined && { node: nodeName }),
    ...(index !== undefined && { index }),
  };
}

function containerOf({ name, terminated: { exitCode, signal } }: FailedContainer): Partial<Failure> {
  return { container: name, exitCode, ...(signal !== undefined && signal !== 0 && { signal }) };
}

/** What happened to the Pod explains more than how its containers ended. */
function reasonOf({ pod, container }: FailedPod): string {
  if (pod.status?.reason !== undefined) return pod.status.reason;
  if (disruptionOf(pod)) return DISRUPTION;
  return container?.terminated.reason ?? 'PodFailed';
}

function sentenceOf(failed: FailedPod, job: Job, hide: Hide): string {
  const what = whatFailed(failed, hide);
  return `${what}${attemptText(attemptsOf(failed, job), job)}`;
}

function whatFailed({ pod, container, index }: FailedPod, hide: Hide): string {
  const where = index === undefined ? '' : ` of index ${index}`;
  const disruption = disruptionOf(pod);
  const why =
    pod.status?.reason === undefined ? disruption?.message : `${pod.status.reason}: ${pod.status.message ?? ''}`.trim();
  if (why !== undefined) return `${titleOfPod(pod)}${where} failed (${hide(why)})`;
  return container
    ? `container ${container.name}${where} ${exitOf(container.terminated)}`
    : `${titleOfPod(pod)}${where} failed`;
}

/** Of an Indexed Job, each index has its own attempts, which nobody counts for all policies. */
function attemptsOf({ container, index }: FailedPod, job: Job): number | undefined {
  if (index !== undefined) return undefined;
  return Math.max(failedPods(job), container?.runs ?? 0, 1);
}

function failedPods({ status }: Job): number {
  return (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed?.length ?? 0);
}

function attemptText(attempts: number | undefined, { spec }: Job): string {
  const most = (spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT) + 1;
  if (attempts === undefined || most === 1) return '';
  return attempts > most ? ` on attempt ${attempts}` : ` on attempt ${attempts} of ${most}`;
}
