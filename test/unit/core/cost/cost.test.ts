import { describe, expect, it } from 'vitest';
import { HOSTILE, type Hostile } from './hostile-runs.ts';
import { piecesOf } from './pieces.ts';
import { workOf } from './work.ts';

/** No piece of work takes longer on an idle machine. */
const MOST_MS = 50;
/** How much a measurement can be wrong: the caches of the processor, the garbage collector. */
const MARGIN = 3;
/** Less work is not compared: it does not matter how it grows. */
const LEAST_COMPARED_MS = 15;
/** Twice the input, at most so much more work. */
const MOST_GROWTH = 2.5;
/** A measurement that is too high is repeated: only the machine can make it higher than it is. */
const ATTEMPTS = 8;

/** The work of each piece by its name, in milliseconds: the least that was measured. */
type Least = Map<string, number>;

function measure(least: Least, hostile: Hostile, size: number): void {
  for (const { name, work } of piecesOf(hostile, size)) {
    least.set(name, Math.min(least.get(name) ?? Infinity, workOf(work)));
  }
}

/** Pieces whose work is too much, or grows faster than the input. */
function tooDear(whole: Least, half: Least): string[] {
  return Array.from(whole).flatMap(([name, ms]) => {
    const before = half.get(name) ?? Infinity;
    const grows = ms > LEAST_COMPARED_MS && ms > MOST_GROWTH * before;
    return ms > MARGIN * MOST_MS || grows ? [`${name}: ${ms} ms, for half the input ${before} ms`] : [];
  });
}

describe('the work for the objects of a tenant', () => {
  it.each(HOSTILE.map((hostile) => [hostile.name, hostile] as const))(
    'is bounded, and grows no faster than they do: %s',
    (_, hostile) => {
      const whole: Least = new Map();
      const half: Least = new Map();
      let found: string[] = [];
      for (let attempt = 0; attempt === 0 || (attempt < ATTEMPTS && found.length > 0); attempt++) {
        measure(whole, hostile, hostile.most);
        measure(half, hostile, hostile.most / 2);
        found = tooDear(whole, half);
      }
      expect(found).toEqual([]);
    },
    300_000,
  );
});
