import { JobTemplateSchema } from '../../api/job-template.ts';
import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import type { FieldError } from '../errors/field-error.ts';
import { unknownFieldErrors } from '../errors/unknown-fields.ts';

/**
 * Errors for fields that a template does not have, at its root, in its parameters and in its overrides. Unknown fields of
 * `spec` are reported by the strict dry run of a Job.
 */
export function unknownTemplateFields(template: unknown): FieldError[] {
  return unknownFieldErrors(JobTemplateSchema as unknown as JsonSchema, template);
}
