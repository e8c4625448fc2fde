import { TimedOutError } from '../outcome/command-error.ts';
import { humanDuration } from '../terminal/human-duration.ts';

/** A signal that also aborts after some time, with a `TimedOutError`. */
export interface TimeLimit {
  signal: AbortSignal;
  /** The time no longer matters. */
  stop: () => void;
}

/** @param ms absent: no limit */
export function timeLimit(signal: AbortSignal, ms?: number): TimeLimit {
  if (ms === undefined) return { signal, stop: () => undefined };
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(new TimedOutError(`did not finish within ${humanDuration(ms)}`));
  }, ms);
  return {
    signal: AbortSignal.any([signal, limit.signal]),
    stop: () => {
      clearTimeout(timer);
    },
  };
}
