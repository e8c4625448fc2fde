import { isFinished } from '../../../core/status/job-run-status.ts';
import { isCancelled } from '../canceller.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** A finished or cancelled JobRun can be neither suspended nor resumed. */
export function suspendHasEffect({ run, changesSuspend }: Pick<JobRunUpdate, 'run' | 'changesSuspend'>): Findings {
  if (!changesSuspend || !(isFinished(run) || isCancelled(run))) return {};
  const why = isFinished(run) ? 'has finished' : 'is cancelled';
  return { warnings: [`this JobRun ${why}: suspending or resuming it changes nothing`] };
}
