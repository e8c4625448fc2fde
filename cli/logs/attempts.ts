import type { Job, Pod } from '../../api/wire.ts';
import { failedContainer } from '../../core/pods/failed-container.ts';
import type { Terminated } from '../../core/pods/exit.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';
/** That of Kubernetes. */
const DEFAULT_BACKOFF_LIMIT = 6;

/** Of an Indexed Job, which of its Pods this is. */
export function indexOf({ metadata }: Pod): number | undefined {
  const index = metadata?.annotations?.[INDEX];
  return index === undefined ? undefined : Number(index);
}

/** Whether the Job can have several Pods at once. */
export function isParallel({ spec }: Job): boolean {
  const { parallelism = 1, completions = Infinity } = spec ?? {};
  return Math.min(parallelism, completions) > 1;
}

/**
 * Pods that do the same work one after the other have the same key: each is an attempt. In a Job with several Pods at once
 * that is not Indexed, nothing tells which Pod replaces which.
 */
export function attemptKey(pod: Pod, job: Job): string {
  const index = indexOf(pod);
  if (index !== undefined) return `index ${index}`;
  return isParallel(job) ? (pod.metadata?.uid ?? '') : '';
}

/** The order in which Pods were created. */
export function byCreation(a: Pod, b: Pod): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf(pod: Pod): string {
  const index = String(indexOf(pod) ?? 0).padStart(10, '0');
  return `${pod.metadata?.creationTimestamp ?? ''} ${index} ${pod.metadata?.name ?? ''}`;
}

/** How many attempts there can be. `undefined`: nothing limits them, or there is one only. */
function mostAttempts({ spec }: Job, index: number | undefined): number | undefined {
  if (index === undefined) return (spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT) + 1;
  return spec?.backoffLimitPerIndex === undefined ? undefined : spec.backoffLimitPerIndex + 1;
}

/** An attempt after the first. */
export interface Attempt {
  number: number;
  index: number | undefined;
  /** How the attempt before it ended, if it is known. */
  before: string | undefined;
}

/** For example `attempt 2 of 4; attempt 1: exit 137, OOMKilled` */
export function attemptText({ number, index, before }: Attempt, job: Job): string {
  const most = mostAttempts(job, index);
  const where = index === undefined ? '' : `index ${index}: `;
  const of = most === undefined || number > most ? '' : ` of ${most}`;
  return `${where}attempt ${number}${of}${before === undefined ? '' : `; attempt ${number - 1}: ${before}`}`;
}

/** How a Pod ended, for example `exit 137, OOMKilled` */
export function podEnd(pod: Pod): string | undefined {
  const failed = failedContainer(pod);
  if (pod.status?.reason !== undefined) return pod.status.reason;
  if (failed !== undefined) return endText(failed.terminated);
  return pod.metadata?.deletionTimestamp === undefined ? undefined : 'deleted';
}

/** How an instance of a container ended. `Error` says no more than the exit code. */
export function endText({ exitCode, reason }: Terminated): string {
  const isSaid = reason === undefined || reason === 'Error' || reason === 'Completed';
  return isSaid ? `exit ${exitCode}` : `exit ${exitCode}, ${reason}`;
}
