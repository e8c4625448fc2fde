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
import { jsonStructure } from './json-structure.ts';
import type { Verdict } from '../admission/verdict.ts';

/** No Job needs more levels. The limit protects recursive functions from a stack overflow. */
const MAX_DEPTH = 500;

/**
 * Maps, lists and their entries in a review. An update has the object twice, and its managed fields. The largest objects
 * that are accepted have fewer. More would take too much time and memory, even before their size is checked.
 */
const MOST_VALUES = 400_000;

/** A review that is denied without being parsed, because that alone would cost too much. */
export class RefusedUnread extends Error {
  override readonly name = 'RefusedUnread';
  readonly answer: AdmissionReviewAnswer;

  constructor(uid: string, why: string) {
    super(why);
    const status = { code: 422, reason: 'Invalid', message: why };
    this.answer = admissionAnswer(uid, { allowed: false, status, warnings: [] });
  }
}

/**
 * Keys such as `__proto__` become ordinary, harmless properties.
 *
 * @throws HttpError 400 if the text is not JSON, or is nested too deeply.
 * @throws RefusedUnread if it has too many values.
 */
export function parseBody(text: string): unknown {
  const { depth, values } = jsonStructure(text);
  if (depth > MAX_DEPTH) throw new HttpError(400, `the object is nested deeper than ${MAX_DEPTH} levels`);
  if (values > MOST_VALUES) throw tooManyValues(text);
  return parseJson(text);
}

/** The API server writes the uid first. */
const UID = /^.{0,500}?"uid":"([\w-]{1,100})"/s;

function tooManyValues(text: string): Error {
  const most = MOST_VALUES.toLocaleString('en');
  const why = `the object has too many maps, lists and entries (${most} at most, with its former version and managed fields); put large data into a ConfigMap, a Secret or a volume`;
  const uid = UID.exec(text)?.[1];
  return uid === undefined ? new HttpError(413, why) : new RefusedUnread(uid, why);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the text, which can contain secrets. This one is logged.
    throw new HttpError(400, 'the body is not JSON', { cause });
  }
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
