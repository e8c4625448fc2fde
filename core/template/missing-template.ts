import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_MISSING_TEMPLATE, MISSING_TEMPLATE_POLICIES, type MissingTemplatePolicy } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';

const ANNOTATION = FieldPath.of('metadata', 'annotations').key(ANNOTATION_MISSING_TEMPLATE);

/**
 * What happens to this run while its template does not exist: the policy of its annotation, else `fallback`. An annotation
 * with another value is an error at admission. The syncer cannot refuse the run any more: it uses `fallback`.
 */
export function missingTemplatePolicy(
  run: JobRun,
  fallback: MissingTemplatePolicy,
): { policy: MissingTemplatePolicy; error?: FieldError } {
  const value = run.metadata.annotations?.[ANNOTATION_MISSING_TEMPLATE];
  if (value === undefined) return { policy: fallback };
  const policy = MISSING_TEMPLATE_POLICIES.find((known) => known === value);
  if (policy !== undefined) return { policy };
  const error = field.notSupported(ANNOTATION, value, { supported: MISSING_TEMPLATE_POLICIES });
  return { policy: fallback, error };
}
