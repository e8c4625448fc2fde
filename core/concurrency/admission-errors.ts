import type { JobRun } from '../../api/job-run.ts';
import { REASON_CONCURRENCY_FORBIDDEN, REASON_QUEUE_FULL } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';
import { counted } from '../errors/counted.ts';
import { field } from '../errors/field.ts';
import { quoted } from '../errors/quoted.ts';
import type { ConcurrencyPolicy } from './concurrency-policy.ts';
import type { Group } from './group.ts';

const MOST_NAMES = 5;

/** With how many unfinished runs of its group a new run is refused; `undefined`: with any number, it is admitted. */
export function refusedFrom({ policy, limit, maxQueued }: ConcurrencyPolicy): number | undefined {
  if (policy === 'Forbid') return limit;
  return policy === 'Queue' ? limit + maxQueued : undefined;
}

/**
 * The error of a new run, if as many other runs of its group as can be are unfinished.
 *
 * @param others the names of the unfinished runs of the group
 */
export function concurrencyErrors(
  run: JobRun,
  { concurrency, group }: { concurrency: ConcurrencyPolicy; group: Group },
  others: readonly string[],
): FieldError[] {
  const most = refusedFrom(concurrency);
  const unfinished = others.filter((name) => name !== run.metadata.name);
  if (most === undefined || unfinished.length < most) return [];
  return [field.forbidden('spec.templateRef', `${rule(concurrency, group)}; ${underWay(unfinished)}`)];
}

/** The warning of a new run if it is not known how many other runs of its group are unfinished. */
export function notCounted(
  { concurrency, group }: { concurrency: ConcurrencyPolicy; group: Group },
  why: string,
): string {
  const reason = concurrency.policy === 'Forbid' ? REASON_CONCURRENCY_FORBIDDEN : REASON_QUEUE_FULL;
  return `${rule(concurrency, group)}; the unfinished JobRuns could not be counted: ${why}; if there are too many, this JobRun fails with the reason ${reason}`;
}

/** What the policy permits, for a message. */
export function rule({ policy, limit, maxQueued }: ConcurrencyPolicy, { called }: Group): string {
  const runs = `${called} permits ${counted(limit, 'run')} at a time`;
  return policy === 'Queue' ? `${runs}, and ${maxQueued} in the queue` : runs;
}

/** `JobRun "a" is not finished`. Without a name, only Pods of runs that have finished are left. */
export function underWay(names: readonly string[]): string {
  if (names.length === 0) return 'Pods of a JobRun that has finished are still running';
  const shown = names.slice(0, MOST_NAMES).map(quoted).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.length === 1 ? `JobRun ${shown} is not finished` : `JobRuns ${shown}${more} are not finished`;
}
