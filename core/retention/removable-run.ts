import type { JobRun } from '../../api/job-run.ts';
import { CONDITION_COMPLETE, CONDITION_FINISHED } from '../../api/names.ts';
import { isCallbackOpen } from '../callback/attempt.ts';
import { isRetained } from './retained.ts';

/** Runs that have succeeded and all others are counted apart. */
export type Outcome = 'successful' | 'failed';

/** What retention knows of a run that it may remove. */
export interface RemovableRun {
  outcome: Outcome;
  /** Milliseconds since the Unix epoch. */
  finishedMs: number;
}

/**
 * What counts for retention; `undefined` if the run must not be removed: it has not finished, its callback is neither
 * delivered nor given up, it is retained, or it is being deleted already. Gives the same for a run and its outline.
 */
export function removableRun(run: JobRun): RemovableRun | undefined {
  const { metadata, status } = run;
  const isTrue = (wanted: string) =>
    status?.conditions?.find(({ type, status: value }) => type === wanted && value === 'True');
  const finishedMs = Date.parse(isTrue(CONDITION_FINISHED)?.lastTransitionTime ?? '');
  if (Number.isNaN(finishedMs) || metadata.deletionTimestamp !== undefined) return undefined;
  if (isCallbackOpen(run) || isRetained(metadata)) return undefined;
  return { outcome: isTrue(CONDITION_COMPLETE) ? 'successful' : 'failed', finishedMs };
}
