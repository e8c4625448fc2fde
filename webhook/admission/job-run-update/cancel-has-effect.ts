import { isFinished } from '../../../core/status/job-run-status.ts';
import { isCancelled } from '../canceller.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** A finished JobRun cannot be cancelled. */
export function cancelHasEffect({ before, run }: Pick<JobRunUpdate, 'before' | 'run'>): Findings {
  if (isCancelled(before) || !isCancelled(run) || !isFinished(run)) return {};
  return { warnings: ['this JobRun has finished: cancelling it changes nothing'] };
}
