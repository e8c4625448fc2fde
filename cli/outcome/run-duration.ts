import type { JobRun } from '../../api/job-run.ts';
import { CONDITION_FINISHED } from '../../api/names.ts';

/** How long the Job of a run took, or has taken until now. `undefined`: it has not started. */
export function durationMsOf({ status = {} }: JobRun, now: number): number | undefined {
  const start = timeOf(status.startTime);
  if (start === undefined) return undefined;
  return Math.max(0, (endOf(status) ?? now) - start);
}

/** A Job has a completion time only if it succeeded. */
function endOf({ completionTime, conditions = [] }: NonNullable<JobRun['status']>): number | undefined {
  const finished = conditions.find(({ type, status }) => type === CONDITION_FINISHED && status === 'True');
  return timeOf(completionTime ?? finished?.lastTransitionTime);
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
