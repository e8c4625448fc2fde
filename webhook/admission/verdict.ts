import type { Operation } from 'fast-json-patch';
import type { AdmissionRequest, AdmissionStatus } from '../../api/admission-review.ts';
import { formatFieldErrors, type FieldError } from '../../core/errors/field-error.ts';

/** What the webhook thinks of one request, before it is put into an AdmissionReview. */
export type Verdict = Allowed | { allowed: false; status: AdmissionStatus; warnings: string[] };

export interface Allowed {
  allowed: true;
  warnings: string[];
  patch?: Operation[];
  /** For the API server's audit log; each key is put there behind the webhook's name. */
  audit?: Record<string, string>;
}

/** Nobody reads more of one error: half of it the beginning of a value that it quotes, half of it what is wrong with that. */
const LONGEST_ERROR = 2_000;
const OMITTED = ' … ';
/** The API server may cut what is longer. */
const LONGEST_WARNING = 256;

/** Allows the request; each warning is shown by kubectl beside the object it created. */
export function allow(warnings: readonly string[] = []): Allowed {
  return { allowed: true, warnings: warnings.map(shortened) };
}

/** Denies the request with all errors at once, in the form of the API server's own validation. */
export function denyInvalid(
  request: AdmissionRequest,
  errors: readonly FieldError[],
  warnings: readonly string[] = [],
): Verdict {
  const { group, kind } = request.kind;
  const name = request.name ?? '';
  const told = errors.map((error) => ({ ...error, message: withoutMiddle(error.message) }));
  return {
    allowed: false,
    warnings: warnings.map(shortened),
    status: {
      code: 422,
      reason: 'Invalid',
      message: `${kind}.${group} "${name}" is invalid: ${formatFieldErrors(told)}`,
      details: {
        name,
        group,
        kind,
        causes: told.map(({ reason, message, path }) => ({ reason, message, field: path })),
      },
    },
  };
}

/** Denies a request that a rule of its namespace stands against, in the form of the API server's own refusals. */
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

function shortened(warning: string): string {
  return warning.length <= LONGEST_WARNING ? warning : `${warning.slice(0, LONGEST_WARNING - 1)}…`;
}

function withoutMiddle(message: string): string {
  if (message.length <= LONGEST_ERROR) return message;
  const half = Math.floor((LONGEST_ERROR - OMITTED.length) / 2);
  return `${message.slice(0, half)}${OMITTED}${message.slice(-half)}`;
}
