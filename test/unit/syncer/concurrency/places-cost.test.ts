import { expect, it } from 'vitest';
import { workOf } from '../../core/cost/work.ts';
import { placesWith } from './places-harness.ts';

/** Twice as many runs, at most so much more work. */
const MOST_GROWTH = 2.5;
const COUNT = 6_000;
/** A measurement that seems too dear is repeated: only the machine can make it dearer than it is. */
const ATTEMPTS = 8;

/** The work when the newest of so many waiting runs replaces the others. */
function workFor(count: number): number {
  const { add, places } = placesWith({ policy: 'Replace', limit: 2 });
  const runs = Array.from({ length: count }, (_, index) => add(`run-${index}`, index));
  for (const run of runs) places.arrive(run);
  const newest = runs.at(-1)!;
  return workOf(() => {
    places.stay(newest);
  });
}

it('a run that replaces others costs no more than these are', () => {
  let growth = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && growth > MOST_GROWTH; attempt += 1) {
    growth = workFor(2 * COUNT) / workFor(COUNT);
  }
  expect(growth).toBeLessThanOrEqual(MOST_GROWTH);
}, 120_000);
