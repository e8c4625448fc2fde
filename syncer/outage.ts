import type { Logger } from 'pino';
import { KubeApiError, KubeConnectionError } from '../kube/client/api-error.ts';
import { backoffMs } from '../kube/controller/backoff.ts';
import type { BackoffLimits } from '../kube/controller/backoff.ts';
import type { WorkResult } from '../kube/controller/work-queue.ts';

const LIMITS: BackoffLimits = { baseMs: 100, maxMs: 5_000 };

/**
 * How far a request that got no answer, or that the server refused for being busy, reaches. One alone delays its own
 * work. Once two in a row have failed, the server is taken to be away or overloaded, and all work waits together instead
 * of each key knocking for itself: the pause doubles with each fruitless round, and is forgotten with the first answer.
 */
export class Outage {
  readonly #holdQueues: (ms: number) => void;
  readonly #logger: Logger;
  /** Since the last answer. */
  #failures = 0;
  #rounds = 0;
  #until = 0;

  constructor(holdQueues: (ms: number) => void, logger: Logger) {
    this.#holdQueues = holdQueues;
    this.#logger = logger;
  }

  /**
   * Work ended with this error: when it is to be tried again. Throws the error of one object alone, which is none of
   * the server's. `what` says for the log what was worked on.
   */
  failed(error: unknown, what: Record<string, string>): WorkResult {
    const askedMs = pauseAfter(error);
    if (askedMs === undefined) throw error;
    this.#failures += 1;
    const heldMs = this.#failures > 1 ? this.#hold(askedMs) : 0;
    const afterMs = Math.max(askedMs, heldMs);
    this.#logger.warn(
      { err: error, ...what, heldMs: Math.round(heldMs) },
      heldMs > 0 ? 'the API server does not serve; all work pauses' : 'the API server did not serve this; trying again',
    );
    return afterMs > 0 ? { afterMs } : 'retry';
  }

  /** A request ended with this HTTP status code, or with `<error>` when there was no answer. */
  observed(code: string): void {
    if (code === '<error>' || code === '429') return;
    this.#failures = 0;
    this.#rounds = 0;
  }

  /** Those that fail while all is held already were under way together: one round. */
  #hold(askedMs: number): number {
    const now = performance.now();
    if (now >= this.#until) {
      const ms = Math.max(askedMs, backoffMs(LIMITS, this.#rounds));
      this.#rounds += 1;
      this.#until = now + ms;
      this.#holdQueues(ms);
    }
    return this.#until - now;
  }
}

/** How long the server asks to pause; 0 when it is simply away; `undefined` for errors of one object alone. */
function pauseAfter(error: unknown): number | undefined {
  if (error instanceof KubeConnectionError) return 0;
  if (error instanceof KubeApiError && error.code === 429) return (error.retryAfterSeconds ?? 1) * 1000;
  return undefined;
}
