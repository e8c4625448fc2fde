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
/** A piece that seems too dear is measured again: only the machine can make it dearer than it is. */
const ATTEMPTS = 8;

interface Measured {
  name: string;
  /** In milliseconds, for the whole input and for half of it. */
  whole: number;
  half: number;
}

/** The pieces of these names, or all. */
function measured(hostile: Hostile, names: readonly string[] | undefined): Measured[] {
  const ofHalf = new Map(piecesOf(hostile, hostile.most / 2).map(({ name, work }) => [name, work]));
  return piecesOf(hostile, hostile.most)
    .filter(({ name }) => names?.includes(name) ?? true)
    .map(({ name, work }) => ({ name, whole: workOf(work), half: workOf(ofHalf.get(name) ?? work) }));
}

/** Whether the work is too much, or grows faster than the input. */
function isTooDear({ whole, half }: Measured): boolean {
  return whole > MARGIN * MOST_MS || (whole > LEAST_COMPARED_MS && whole > MOST_GROWTH * half);
}

describe('the work for the objects of a tenant', () => {
  it.each(HOSTILE.map((hostile) => [hostile.name, hostile] as const))(
    'is bounded, and grows no faster than they do: %s',
    (_, hostile) => {
      let found = measured(hostile, undefined).filter(isTooDear);
      for (let attempt = 1; attempt < ATTEMPTS && found.length > 0; attempt++) {
        found = measured(
          hostile,
          found.map(({ name }) => name),
        ).filter(isTooDear);
      }
      expect(found).toEqual([]);
    },
    300_000,
  );
});
