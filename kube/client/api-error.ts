import type { V1Status } from '@kubernetes/client-node';
import type { Wire } from '../../api/wire.ts';

/** The `Status` object with which the API server refuses a request. */
export type KubeStatus = Wire<V1Status>;

/** One refused request, with everything that its error message contains. */
export interface RefusedRequest {
  method: string;
  path: string;
  code: number;
  body: string;
  /** The `Retry-After` header in seconds, if the server sent one. */
  retryAfterSeconds?: number | undefined;
}

/** However long a server, or a proxy before it, asks to wait. A timer of more than 24 days fires at once. */
const LONGEST_PAUSE_SECONDS = 300;

/** The API server refused a request. `status` is its answer. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  /** HTTP status code. */
  readonly code: number;
  /** Kubernetes' machine-readable reason (`NotFound`, `AlreadyExists`, `Invalid`, …), or the empty string. */
  readonly reason: string;
  readonly status: KubeStatus;
  readonly retryAfterSeconds?: number;
  readonly #refused: RefusedRequest;

  constructor(refused: RefusedRequest) {
    const status = parseStatus(refused.body, refused.code);
    super(`${refused.method} ${refused.path}: ${refused.code} ${status.message ?? 'without a message'}`);
    this.#refused = refused;
    this.code = refused.code;
    this.reason = status.reason ?? '';
    this.status = status;
    const retryAfter = refused.retryAfterSeconds ?? status.details?.retryAfterSeconds;
    if (retryAfter !== undefined) this.retryAfterSeconds = Math.min(retryAfter, LONGEST_PAUSE_SECONDS);
  }

  /** The same refusal, with each of its messages changed: for a log that must not quote what the request contained. */
  withMessages(change: (message: string) => string): KubeApiError {
    const { message, details } = this.status;
    const causes = details?.causes?.map((cause) => ({ ...cause, message: change(cause.message ?? '') }));
    const status: KubeStatus = {
      ...this.status,
      kind: 'Status',
      ...(message !== undefined && { message: change(message) }),
      ...(causes && { details: { ...details, causes } }),
    };
    return new KubeApiError({ ...this.#refused, body: JSON.stringify(status) });
  }
}

/** The API server did not answer: refused, reset, timed out, or cut off. Whether a write took effect is unknown. */
export class KubeConnectionError extends Error {
  override readonly name = 'KubeConnectionError';
}

/** The API server did not answer within the time limit of the call: it may still be working on it. */
export class KubeTimeoutError extends KubeConnectionError {}

/** The answer has more bytes than the caller accepts. It was not read to its end. */
export class ResponseTooLargeError extends Error {
  override readonly name = 'ResponseTooLargeError';
}

function parseStatus(body: string, code: number): KubeStatus {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isStatus(parsed)) return parsed;
  } catch {
    // The answer is not the API server's but a proxy's: the message is its text.
  }
  return { kind: 'Status', code, message: body.trim().slice(0, 500) || 'empty response body' };
}

function isStatus(value: unknown): value is KubeStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

/** True if the object does not exist. */
export function isNotFound(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 404 && !isDenied(error);
}

/** True if a create failed because an object of this name exists. */
export function isAlreadyExists(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 409 && error.reason === 'AlreadyExists' && !isDenied(error);
}

/** True if the object changed since it was read (its resourceVersion or uid differs from the one in the request). */
export function isConflict(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 409 && error.reason !== 'AlreadyExists' && !isDenied(error);
}

/** True if a resourceVersion or continue token is too old for the server: list again. */
export function isGone(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 410;
}

/**
 * How the API server reports a denial by an admission webhook or a policy. These choose code, reason and details of their
 * denials, so only the beginning of the message tells them from the API server's own answers.
 */
const DENIED =
  /^(?:[\w.-]+ "[^"]*" is forbidden: )?(?:admission webhook "[^"]*" denied the request|ValidatingAdmissionPolicy ['"][^'"]*['"] with binding ['"][^'"]*['"] denied request)/;

/** True if an admission webhook or a policy denied the request, whatever its code. It says nothing about the API server. */
export function isDenied(error: KubeApiError): boolean {
  return DENIED.test(error.status.message ?? '');
}

/** True if an object cannot be created because its namespace is being deleted. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof KubeApiError) || error.code !== 403) return false;
  return error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}
