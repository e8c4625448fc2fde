import { isCancelled } from '../canceller.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

/** A manifest with `cancel: true` can be applied to another cluster, and then runs nothing. */
export function createdCancelled({ run }: Pick<JobRunCreation, 'run'>): Findings {
  if (!isCancelled(run)) return {};
  return { effects: ['this JobRun is created with spec.cancel: it is cancelled, and gets no Job'] };
}
