import type { JobRun } from '../api/job-run.ts';
import type { Template } from '../api/job-template.ts';
import type { FieldError } from './field-error.ts';

/**
 * The template with the run's parameter values in the place of its placeholders, or what is wrong with the values (paths
 * are the run's). Neither argument is changed.
 */
export function substitute(template: Template, _run: JobRun): { template: Template } | { errors: FieldError[] } {
  return { template };
}
