/** Where a work queue gets the time from. */
export interface Timers {
  /** Monotonic, in milliseconds from an arbitrary start. */
  now: () => number;
  /** Calls the function once after this time. Returns what cancels it. */
  after: (ms: number, callback: () => void) => () => void;
}

export const SYSTEM_TIMERS: Timers = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
