import type { JobRun } from '../../api/job-run.ts';
import { validateJobRun } from '../../api/validators.ts';
import type { FieldError } from '../errors/field-error.ts';
import { validateTemplateRef } from '../template/template-reference.ts';
import { unknownRunFields } from './unknown-run-fields.ts';

/** Why the object does not have the shape of a JobRun. Other checks of a run rely on it. */
export function runShapeErrors(object: unknown): FieldError[] {
  const wrong = validateJobRun(object).filter(({ path }) => path !== 'spec.templateRef');
  const others = [...unknownRunFields(object), ...wrong];
  const hasSpec = !wrong.some(({ path }) => path === '' || path === 'spec');
  return hasSpec ? [...validateTemplateRef(object as JobRun), ...others] : others;
}
