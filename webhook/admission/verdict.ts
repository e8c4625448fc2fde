import type { Operation } from 'fast-json-patch';
import type { AdmissionRequest, AdmissionStatus } from '../../api/admission-review.ts';
import { formatFieldErrors, type FieldError } from '../../core/errors/field-error.ts';

/** The decision on one request, before it becomes an AdmissionReview. */
export type Verdict = Allowed | { allowed: false; status: AdmissionStatus; warnings: string[] };

export interface Allowed {
  allowed: true;
  warnings: string[];
  patch?: Operation[];
  /** For the API server's audit log, which prefixes each key with the name of the webhook. */
  audit?: Record<string, string>;
}

/** Longest message per error, and longest path. Keep the start (the quoted value) and the end (the reason). */
const MAX_ERROR_LENGTH = 2_000;
const OMITTED = ' … ';
/** The API server may truncate a longer warning. */
const MAX_WARNING_LENGTH = 256;

/** Allows the request. kubectl shows each warning. */
export function allow(warnings: readonly string[] = []): Allowed {
  return { allowed: true, warnings: warnings.map(truncated) };
}

/** Denies the request with all errors, in the form of the API server's own validation. */
export function denyInvalid(
  request: AdmissionRequest,
  errors: readonly FieldError[],
  warnings: readonly string[] = [],
): Verdict {
  const { group, kind } = request.kind;
  const name = request.name ?? '';
  const shown = errors.map((error) => ({
    ...error,
    path: withoutMiddle(error.path),
    message: withoutMiddle(error.message),
  }));
  return {
    allowed: false,
    warnings: warnings.map(truncated),
    status: {
      code: 422,
      reason: 'Invalid',
      message: `${kind}.${group} "${name}" is invalid: ${formatFieldErrors(shown)}`,
      details: {
        name,
        group,
        kind,
        causes: shown.map(({ reason, message, path }) => ({ reason, message, field: path })),
      },
    },
  };
}

/** Denies a request that a permission or a policy forbids, in the form of the API server's own refusals. */
export function denyForbidden(request: AdmissionRequest, why: string): Verdict {
  const { group } = request.kind;
  const kind = request.resource.resource;
  const name = request.name ?? '';
  const message = `${kind}.${group} "${name}" is forbidden: ${why}`;
  return {
    allowed: false,
    warnings: [],
    status: { code: 403, reason: 'Forbidden', message, details: { name, group, kind } },
  };
}

function truncated(warning: string): string {
  return warning.length <= MAX_WARNING_LENGTH ? warning : `${warning.slice(0, MAX_WARNING_LENGTH - 1)}…`;
}

function withoutMiddle(text: string): string {
  if (text.length <= MAX_ERROR_LENGTH) return text;
  const half = Math.floor((MAX_ERROR_LENGTH - OMITTED.length) / 2);
  return `${text.slice(0, half)}${OMITTED}${text.slice(-half)}`;
}
