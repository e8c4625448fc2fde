import {
  ADMISSION_API_VERSION,
  type AdmissionReview,
  type AdmissionRequest,
  type AdmissionResponse,
  type AdmissionReviewAnswer,
} from '../../api/admission-review.ts';
import { validateAdmissionReview } from '../../api/validators.ts';
import { formatFieldErrors } from '../../core/errors/field-error.ts';
import { quoted } from '../../core/errors/quoted.ts';
import { HttpError } from './http-error.ts';
import type { Verdict } from '../admission/verdict.ts';

/** No Job needs more levels. The limit protects recursive functions from a stack overflow. */
const MAX_DEPTH = 500;

/**
 * Keys such as `__proto__` become ordinary, harmless properties.
 *
 * @throws HttpError 400 if the text is not JSON, or is nested too deeply.
 */
export function parseBody(text: string): unknown {
  const body = parseJson(text);
  if (isDeeperThan(body, MAX_DEPTH)) throw new HttpError(400, `the object is nested deeper than ${MAX_DEPTH} levels`);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text, which can contain secrets. This one is logged.
    throw new HttpError(400, 'the body is not JSON', { cause });
  }
}

/** Checks level by level, without recursion. */
function isDeeperThan(value: unknown, most: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth >= most) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The request of a review. @throws HttpError 400 if the body is not an AdmissionReview of a supported version. */
export function admissionRequest(body: unknown): AdmissionRequest {
  const { apiVersion, kind } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (kind !== 'AdmissionReview') throw new HttpError(400, 'the body is not an AdmissionReview');
  if (apiVersion !== ADMISSION_API_VERSION) {
    throw new HttpError(
      400,
      `AdmissionReview of version ${quoted(apiVersion)}: only ${ADMISSION_API_VERSION} is supported`,
    );
  }
  const errors = validateAdmissionReview(body);
  if (errors.length > 0) throw new HttpError(400, `the AdmissionReview is not valid: ${formatFieldErrors(errors)}`);
  const { request } = body as AdmissionReview;
  if (!hasObject(request)) throw new HttpError(400, `the AdmissionReview for ${request.operation} has no object`);
  return request;
}

function hasObject({ operation, object }: AdmissionRequest): boolean {
  return !['CREATE', 'UPDATE'].includes(operation) || (object !== undefined && object !== null);
}

/** The answer to a request, as the API server reads it. */
export function admissionAnswer(uid: string, verdict: Verdict): AdmissionReviewAnswer {
  return { apiVersion: ADMISSION_API_VERSION, kind: 'AdmissionReview', response: { uid, ...responseOf(verdict) } };
}

function responseOf(verdict: Verdict): Omit<AdmissionResponse, 'uid'> {
  const warnings = verdict.warnings.length === 0 ? {} : { warnings: verdict.warnings };
  if (!verdict.allowed) return { allowed: false, status: verdict.status, ...warnings };
  const audit = verdict.audit === undefined ? {} : { auditAnnotations: verdict.audit };
  if (verdict.patch === undefined) return { allowed: true, ...warnings, ...audit };
  const patch = Buffer.from(JSON.stringify(verdict.patch)).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch, ...warnings, ...audit };
}
