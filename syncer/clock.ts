import type { Moment } from '../core/run/situation.ts';

/** Both in milliseconds; see {@link Moment}. */
export interface Clock {
  /** Since the Unix epoch. */
  now: () => number;
  /** Monotonic, from an arbitrary start. */
  monotonic: () => number;
}

/** The only place where the syncer reads the time. */
export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

export function momentOf(clock: Clock): Moment {
  return { epochMs: clock.now(), monotonicMs: clock.monotonic() };
}
