import type { Moment } from '../core/run/situation.ts';

/** Both in milliseconds; see {@link Moment}. */
export interface Clock {
  /** Since the Unix epoch. */
  now: () => number;
  /** Monotonic, from an arbitrary start. */
  monotonic: () => number;
}

/** The clocks of this machine. Here and in {@link ApiServerClock}, the syncer reads the time, and nowhere else. */
export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export function momentOf(clock: Clock): Moment {
  return { epochMs: clock.now(), monotonicMs: clock.monotonic() };
}

/** A time that the API server sends is cut to whole seconds, and the answer is on its way for a while. */
const INACCURACY_MS = 2_000;

/**
 * The time by the clock of the API server, as the answers to all requests show it: it sets the times of objects, and a
 * deadline that counts from them must not depend on the clock of the machine that the syncer runs on. As long as the two
 * agree, the machine's clock counts, which is more accurate.
 */
export class ApiServerClock implements Clock {
  readonly #machine: Clock;
  /** From the monotonic clock to the latest moment that the API server's clock has certainly reached. */
  #offsetMs: number | undefined;

  constructor(machine: Clock = SYSTEM_CLOCK) {
    this.#machine = machine;
  }

  /** The API server has just answered. @param date the header `Date` of the answer */
  observed(date: string | undefined): void {
    const offsetMs = Date.parse(date ?? '') - this.#machine.monotonic();
    if (Number.isNaN(offsetMs)) return;
    const known = this.#offsetMs ?? -Infinity;
    // A clock that was set back, or a slow one of another API server.
    const isBehind = offsetMs < known - INACCURACY_MS;
    this.#offsetMs = isBehind ? offsetMs : Math.max(known, offsetMs);
  }

  readonly monotonic = (): number => this.#machine.monotonic();

  readonly now = (): number => {
    const local = this.#machine.now();
    if (this.#offsetMs === undefined) return local;
    const leastMs = this.monotonic() + this.#offsetMs;
    return leastMs <= local && local <= leastMs + INACCURACY_MS ? local : leastMs;
  };
}
