import { field } from '../../../core/errors/field.ts';
import { FieldPath } from '../../../core/errors/field-path.ts';
import { isCancelled } from '../canceller.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunUpdate } from './job-run-update.ts';

/** A JobRun that was cancelled stays cancelled. The CRD requires the same. */
export function cancelStays({ before, run }: Pick<JobRunUpdate, 'before' | 'run'>): Findings {
  if (!isCancelled(before) || isCancelled(run)) return {};
  const why =
    'cancel cannot be set back: the JobRun is cancelled; to run it again, create another JobRun with a name of its own';
  return { errors: [field.forbidden(FieldPath.of('spec', 'cancel'), why)] };
}
