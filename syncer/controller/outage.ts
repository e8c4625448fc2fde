import type { Logger } from 'pino';
import { isDenied, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import type { BackoffLimits } from '../../kube/controller/backoff.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { Clock } from '../clock.ts';

const LIMITS: BackoffLimits = { baseMs: 100, maxMs: 5_000 };

export interface OutageOptions {
  /** Pauses all work for this time. */
  pauseAll: (ms: number) => void;
  clock: Pick<Clock, 'monotonic'>;
  logger: Logger;
}

/**
 * Decides what a failed request delays, if it got no answer or the API server was busy (429). A denial with
 * this code by an admission webhook is neither. A single failure delays
 * only its own work. After two in a row the API server is considered down or overloaded, and all work pauses. The pause
 * doubles each time, and the first answer resets it.
 */
export class Outage {
  readonly #options: OutageOptions;
  /** Since the last answer. */
  #failures = 0;
  #pauses = 0;
  #pausedUntilMs = -Infinity;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /**
   * Work failed with this error. Returns when to try again.
   *
   * @param what for the log: what the work was on
   * @throws the error, if it concerns a single object and not the API server
   */
  failed(error: unknown, what: Record<string, string>): WorkResult {
    const requestedMs = requestedPause(error);
    if (requestedMs === undefined) throw error;
    this.#failures += 1;
    const pauseMs = this.#failures > 1 ? this.#pauseAll(requestedMs) : 0;
    const afterMs = Math.max(requestedMs, pauseMs);
    this.#options.logger.warn(
      { err: error, ...what, pauseMs: Math.round(pauseMs) },
      pauseMs > 0 ? 'the API server does not respond or is busy; all work pauses' : 'a request failed; trying again',
    );
    return afterMs > 0 ? { afterMs } : 'retry';
  }

  /** A request got this HTTP status code, or `<error>` if it got no answer. */
  observed(code: string): void {
    if (code === '<error>' || code === '429') return;
    this.#failures = 0;
    this.#pauses = 0;
  }

  /** Requests that fail during a pause were in flight together. They do not extend it. */
  #pauseAll(requestedMs: number): number {
    const now = this.#options.clock.monotonic();
    if (now >= this.#pausedUntilMs) {
      const ms = Math.max(requestedMs, backoffMs(LIMITS, this.#pauses));
      this.#pauses += 1;
      this.#pausedUntilMs = now + ms;
      this.#options.pauseAll(ms);
    }
    return this.#pausedUntilMs - now;
  }
}

/** The pause that the API server requests; 0 if it did not answer; `undefined` if the error concerns a single object. */
function requestedPause(error: unknown): number | undefined {
  if (error instanceof KubeConnectionError) return 0;
  if (error instanceof KubeApiError && error.code === 429 && !isDenied(error))
    return (error.retryAfterSeconds ?? 1) * 1000;
  return undefined;
}
