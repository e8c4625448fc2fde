import type { JobRun } from '../../api/job-run.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';

/** More are a list to read, not a hint. */
const MOST_TOLD = 5;

/** The error of a run that names a revision which its template never had, or has no more. */
export function revisionNotFound(run: JobRun, known: readonly string[]): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  const told = known
    .slice(0, MOST_TOLD)
    .map((revision) => `"${revision}"`)
    .join(', ');
  const rest = known.length > MOST_TOLD ? ` and ${known.length - MOST_TOLD} older` : '';
  return {
    path: 'spec.templateRevision',
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(run.spec.templateRevision)}: ${kind} "${name}" has ${known.length === 0 ? 'no revisions' : `the revisions ${told}${rest}, newest first`}; leave the field out to run the present one`,
  };
}
