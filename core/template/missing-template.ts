import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_MISSING_TEMPLATE, MISSING_TEMPLATE_POLICIES, type MissingTemplatePolicy } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';

/**
 * What happens to this run while its template does not exist: what its annotation says, else `fallback`. An annotation
 * that says something else is an error at admission; the syncer, which can refuse nothing any more, then uses `fallback`.
 */
export function missingTemplatePolicy(
  run: JobRun,
  fallback: MissingTemplatePolicy,
): { policy: MissingTemplatePolicy; error?: FieldError } {
  const value = run.metadata.annotations?.[ANNOTATION_MISSING_TEMPLATE];
  if (value === undefined) return { policy: fallback };
  const policy = MISSING_TEMPLATE_POLICIES.find((known) => known === value);
  if (policy !== undefined) return { policy };
  const known = MISSING_TEMPLATE_POLICIES.map((name) => `"${name}"`).join(', ');
  return {
    policy: fallback,
    error: {
      path: `metadata.annotations[${ANNOTATION_MISSING_TEMPLATE}]`,
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known}`,
    },
  };
}
