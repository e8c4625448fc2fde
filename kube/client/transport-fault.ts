import { KubeConnectionError } from './api-error.ts';

/**
 * True when no answer arrived although the server may well be up: it closed a reused connection at the moment of the
 * request. A retry is worthwhile if repeating the request is harmless.
 */
export function isStaleSocket(error: unknown): boolean {
  return error instanceof KubeConnectionError && codeOf(error.cause) !== 'ECONNREFUSED' && error.cause !== undefined;
}

/** Socket, TLS and HTTP faults have a `code`. A body that is not JSON is a SyntaxError. Any other error is a bug. */
export function isTransportFault(error: unknown): boolean {
  return codeOf(error) !== undefined || error instanceof SyntaxError;
}

/** True when the headers, or the next part of the body, did not arrive in time. */
export function isTimeout(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_HEADERS_TIMEOUT' || codeOf(error) === 'UND_ERR_BODY_TIMEOUT';
}

/** The text of an error for another error's message. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
