import { JobRunSchema } from '../../api/job-run.ts';
import type { JsonSchema } from '../../api/kubernetes/json-schema.ts';
import type { FieldError } from '../errors/field-error.ts';
import { unknownFieldErrors } from '../errors/unknown-fields.ts';

const { properties } = JobRunSchema as unknown as { properties: Record<string, JsonSchema> };

/** The status belongs to the syncer, which mirrors fields that only a newer Job has. */
const SCHEMA: JsonSchema = { properties: { ...properties, status: {} } };

/** Errors for fields that a JobRun does not have. The CRD preserves them, so that they can be reported with a hint. */
export function unknownRunFields(run: unknown): FieldError[] {
  return unknownFieldErrors(SCHEMA, run);
}
