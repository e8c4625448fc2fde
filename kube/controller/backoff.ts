/** Delays that grow from `baseMs` by doubling up to `maxMs`. */
export interface BackoffLimits {
  baseMs: number;
  maxMs: number;
}

/** Delay after this many failures: between half and all of the exponential value, so that clients do not retry in step. */
export function backoffMs(limits: BackoffLimits, failures: number): number {
  const full = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(failures, 30));
  return full * (0.5 + Math.random() / 2);
}
