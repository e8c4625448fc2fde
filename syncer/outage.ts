import { KubeApiError, KubeConnectionError } from '../kube/api-error.ts';
import { backoffMs } from '../kube/backoff.ts';
import type { BackoffLimits } from '../kube/backoff.ts';

const LIMITS: BackoffLimits = { baseMs: 100, maxMs: 5_000 };

/**
 * While the API server does not answer, all work waits together, instead of each key knocking for itself: the pause
 * doubles with each fruitless round, and is forgotten with the first answer.
 */
export class Outage {
  readonly #holdQueue: (ms: number) => void;
  #failures = 0;
  #until = 0;

  constructor(holdQueue: (ms: number) => void) {
    this.#holdQueue = holdQueue;
  }

  /** A request got no answer, or the server asked for a pause of at least `askedMs`. */
  failed(askedMs = 0): void {
    const now = performance.now();
    if (now < this.#until) return;
    const ms = Math.max(askedMs, backoffMs(LIMITS, this.#failures));
    this.#failures += 1;
    this.#until = now + ms;
    this.#holdQueue(ms);
  }

  /** The server answered. */
  answered(): void {
    this.#failures = 0;
  }
}

/** How long the server asks everybody to pause; 0 when it is simply away; `undefined` for errors of one object alone. */
export function pauseAfter(error: unknown): number | undefined {
  if (error instanceof KubeConnectionError) return 0;
  if (error instanceof KubeApiError && error.code === 429) return (error.retryAfterSeconds ?? 1) * 1000;
  return undefined;
}
