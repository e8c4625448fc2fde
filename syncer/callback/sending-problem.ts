import { HostNotFoundError, RefusedAddressError } from './checked-lookup.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the receiver refused the connection',
  ECONNRESET: 'the receiver closed the connection without an answer',
  EPIPE: 'the receiver closed the connection without an answer',
  UND_ERR_SOCKET: 'the receiver closed the connection without an answer',
  EHOSTUNREACH: 'the receiver is not reachable',
  ENETUNREACH: 'the receiver is not reachable',
  ETIMEDOUT: 'the receiver did not accept a connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'the receiver did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'the receiver did not answer in time',
  UND_ERR_HEADERS_OVERFLOW: 'the answer of the receiver has too many headers',
};

const CERTIFICATE = /CERT|SIGNATURE|SELF_SIGNED/;

/**
 * Why a callback could not be sent, in a sentence. It has no URL, which can contain a secret, and no address: the name of
 * a host must not reveal what is inside of the cluster.
 */
export function sendingProblem(error: unknown): string {
  if (error instanceof HostNotFoundError) return 'the host of the receiver has no address in DNS';
  if (error instanceof RefusedAddressError) return `the host of the receiver has ${error.message}, and is not called`;
  if (error instanceof Error && error.name === 'TimeoutError') return 'the receiver did not answer in time';
  const code = codeOf(error);
  if (CERTIFICATE.test(code)) return `the certificate of the receiver is not trusted (${code})`;
  return SENTENCES[code] ?? `the request failed (${code})`;
}

/** With several addresses, the error of the first. */
function codeOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code } = (first ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
