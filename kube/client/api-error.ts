import type { V1Status } from '@kubernetes/client-node';
import type { Wire } from '../../api/wire.ts';

/** The `Status` object that the API server answers a refusal with. */
export type KubeStatus = Wire<V1Status>;

/** One refused request: everything that its error needs to say what happened. */
export interface RefusedRequest {
  method: string;
  path: string;
  code: number;
  body: string;
  /** The `Retry-After` header in seconds, where the server sent one. */
  retryAfterSeconds?: number | undefined;
}

/** The API server answered, and the answer is no. `status` is what it said. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  /** HTTP status code. */
  readonly code: number;
  /** Kubernetes' machine-readable reason (`NotFound`, `AlreadyExists`, `Invalid`, …), or the empty string. */
  readonly reason: string;
  readonly status: KubeStatus;
  readonly retryAfterSeconds?: number;

  constructor(refused: RefusedRequest) {
    const status = parseStatus(refused.body, refused.code);
    super(`${refused.method} ${refused.path}: ${refused.code} ${status.message ?? 'without a message'}`);
    this.code = refused.code;
    this.reason = status.reason ?? '';
    this.status = status;
    const retryAfter = refused.retryAfterSeconds ?? status.details?.retryAfterSeconds;
    if (retryAfter !== undefined) this.retryAfterSeconds = retryAfter;
  }
}

/** The API server did not answer: refused, reset, timed out, or cut off. Whether a write took effect is unknown. */
export class KubeConnectionError extends Error {
  override readonly name = 'KubeConnectionError';
}

function parseStatus(body: string, code: number): KubeStatus {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isStatus(parsed)) return parsed;
  } catch {
    // Not from the API server itself, but from a proxy before it: the text is the best there is to show.
  }
  return { kind: 'Status', code, message: body.trim().slice(0, 500) || 'empty response body' };
}

function isStatus(value: unknown): value is KubeStatus {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
}

/** True for the API server's answer that the object does not exist. */
export function isNotFound(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 404;
}

/** True when an object of this name existed before a create. */
export function isAlreadyExists(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 409 && error.reason === 'AlreadyExists';
}

/** True when the object changed since it was read (its resourceVersion or uid differs from the one sent). */
export function isConflict(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 409 && error.reason !== 'AlreadyExists';
}

/** True when a resourceVersion or continue token is too old for the server: list anew. */
export function isGone(error: unknown): error is KubeApiError {
  return error instanceof KubeApiError && error.code === 410;
}

/** True when nothing can be created in a namespace because it is being deleted. */
export function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof KubeApiError) || error.code !== 403) return false;
  return error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;
}
