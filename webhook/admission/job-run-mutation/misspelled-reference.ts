import type { JobRun } from '../../../api/job-run.ts';
import type { FieldError } from '../../../core/errors/field-error.ts';
import { unknownRunFields } from '../../../core/run/unknown-run-fields.ts';
import { validateTemplateRef } from '../../../core/template/template-reference.ts';

/**
 * Errors of a JobRun that lacks `templateRef` and has unknown fields. Without the field, the API server refuses the object
 * before it is validated, and could not report that `templateref` or `templatRef` was meant.
 */
export function misspelledReference(run: JobRun): FieldError[] {
  const spec = run.spec as Partial<JobRun['spec']> | null | undefined;
  if (spec?.templateRef !== undefined) return [];
  const unknown = unknownRunFields(run);
  return unknown.length === 0 ? [] : [...unknown, ...validateTemplateRef(run)];
}
