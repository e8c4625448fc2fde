/** Milliseconds, rounded to a hundredth. */
export interface Latency {
  median: number;
  p99: number;
  samples: number;
}

/** @param milliseconds at least one */
export function summarize(milliseconds: readonly number[]): Latency {
  if (milliseconds.length === 0) throw new Error('nothing was measured');
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
  return { median: at(0.5), p99: at(0.99), samples: sorted.length };
}

export const round = (value: number): number => Math.round(value * 100) / 100;
