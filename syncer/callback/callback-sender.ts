import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { Client } from 'undici';
import type { Dispatcher } from 'undici';
import { answerOutcome } from '../../core/callback/attempt.ts';
import type { AttemptOutcome } from '../../core/callback/attempt.ts';
import { requestedDelayMs } from '../../core/callback/retry-after.ts';
import { sendingProblem } from './sending-problem.ts';

/** One request to a receiver. */
export interface CallbackRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface CallbackSenderOptions {
  lookup: LookupFunction;
  /** PEM: certificates of authorities that are trusted besides the usual ones. Empty: none. */
  caBundle: string;
  now: () => number;
  /** For tests; 15 seconds by default. */
  timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 15_000;
const CONNECT_MS = 5_000;
/** The rest of an answer is not read. */
const MOST_BYTES = 64 * 1024;

/**
 * Sends callbacks. Each has a connection of its own, which is closed afterwards: receivers share nothing. No redirect is
 * followed, no proxy is used, and nothing of an answer is stored but its status code.
 */
export class CallbackSender {
  readonly #options: CallbackSenderOptions;
  /** `undefined`: that of Node.js. Made once, as it takes milliseconds. */
  readonly #secureContext: SecureContext | undefined;

  constructor(options: CallbackSenderOptions) {
    this.#options = options;
    const { caBundle } = options;
    if (caBundle !== '') this.#secureContext = createSecureContext({ ca: [...getCACertificates('default'), caBundle] });
  }

  /**
   * Takes a limited time, whatever the receiver does.
   *
   * @throws the reason of the signal, if it aborts. The receiver may have got the request.
   */
  async send({ url, headers, body }: CallbackRequest, stop: AbortSignal): Promise<AttemptOutcome> {
    const { lookup, now, timeoutMs = TIMEOUT_MS } = this.#options;
    const secureContext = this.#secureContext;
    const connect = { lookup, timeout: Math.min(CONNECT_MS, timeoutMs), ...(secureContext && { secureContext }) };
    const client = new Client(url.origin, { connect, allowH2: false });
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    try {
      const path = `${url.pathname}${url.search}`;
      const answer = await client.request({ method: 'POST', path, headers, body, signal });
      await discarded(answer, signal);
      return answerOutcome(answer.statusCode, requestedDelayMs(answer.headers['retry-after'], now()));
    } catch (error) {
      stop.throwIfAborted();
      return { kind: 'failed', error: sendingProblem(error) };
    } finally {
      await client.destroy();
    }
  }
}

/** Reads the beginning of the body, so that the receiver can complete its answer. Its code has decided already. */
async function discarded({ body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> {
  await body.dump({ limit: MOST_BYTES, signal }).catch(() => undefined);
}
