import {
  ADMISSION_API_VERSION,
  type AdmissionReview,
  type AdmissionRequest,
  type AdmissionResponse,
  type AdmissionReviewAnswer,
} from '../api/admission-review.ts';
import { validateAdmissionReview } from '../api/validators.ts';
import { formatFieldErrors } from '../core/field-error.ts';
import { HttpError } from './http-error.ts';
import type { Verdict } from './verdict.ts';

/** @throws HttpError 400 when the text is not JSON. Keys such as `__proto__` become ordinary, harmless properties. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HttpError(400, `the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** The request of a review. @throws HttpError 400 when it is no AdmissionReview of a version that is known here. */
export function admissionRequest(body: unknown): AdmissionRequest {
  const { apiVersion, kind } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (kind !== 'AdmissionReview') throw new HttpError(400, 'the body is not an AdmissionReview');
  if (apiVersion !== ADMISSION_API_VERSION) {
    const got = JSON.stringify(apiVersion ?? null);
    throw new HttpError(400, `AdmissionReview of version ${got}: only ${ADMISSION_API_VERSION} is known`);
  }
  const errors = validateAdmissionReview(body);
  if (errors.length > 0) throw new HttpError(400, `the AdmissionReview is not valid: ${formatFieldErrors(errors)}`);
  return (body as AdmissionReview).request;
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
