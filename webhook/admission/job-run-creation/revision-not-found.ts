import type { FieldError } from '../../../core/errors/field-error.ts';
import { field } from '../../../core/errors/field.ts';
import type { JobRunCreation } from './job-run-creation.ts';

const MAX_LISTED = 5;

/** The error of a JobRun that names a revision that its template does not have. @param known newest first */
export function revisionNotFound(
  { run, key }: Pick<JobRunCreation, 'run' | 'key'>,
  known: readonly string[],
): FieldError {
  const { kind, name } = key();
  const listed = known
    .slice(0, MAX_LISTED)
    .map((revision) => `"${revision}"`)
    .join(', ');
  const rest = known.length > MAX_LISTED ? ` and ${known.length - MAX_LISTED} older` : '';
  const has = known.length === 0 ? 'no revisions' : `the revisions ${listed}${rest}, newest first`;
  const why = `${kind} "${name}" has ${has}; leave the field out to use the current revision`;
  return field.notFound('spec.templateRevision', run.spec.templateRevision, why);
}
