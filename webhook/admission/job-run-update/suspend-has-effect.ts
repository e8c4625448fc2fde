import { isFinished } from '../../../core/job/job-run-status.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** A finished JobRun can be neither suspended nor resumed. */
export function suspendHasEffect({ run, changesSuspend }: Pick<JobRunUpdate, 'run' | 'changesSuspend'>): Findings {
  if (!changesSuspend || !isFinished(run)) return {};
  return { warnings: ['this JobRun has finished: suspending or resuming it changes nothing'] };
}
