/** Delays that grow from `baseMs` by doubling up to `maxMs`. */
export interface BackoffLimits {
  baseMs: number;
  maxMs: number;
}

/** Delay before try number `failures + 1`, between half of and the full exponential value, so that many do not retry at once. */
export function backoffMs(limits: BackoffLimits, failures: number): number {
  const full = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(failures, 30));
  return full * (0.5 + Math.random() / 2);
}
