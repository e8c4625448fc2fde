import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunHistory } from '../../../../core/retention/run-history.ts';
import type { FinishedRun } from '../../../../core/retention/run-history.ts';

const change = fc.record({
  key: fc.integer({ min: 0, max: 15 }).map((number) => `ns/run-${number}`),
  // Undefined: the run is removed.
  finishedMs: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
});

/** The history as a list that is sorted for each answer. */
function oldestOf(runs: Map<string, number>): FinishedRun | undefined {
  const [first] = Array.from(runs, ([key, finishedMs]) => ({ key, finishedMs })).sort(
    (a, b) => a.finishedMs - b.finishedMs || (a.key < b.key ? -1 : 1),
  );
  return first;
}

describe('a history of runs', () => {
  it('knows the oldest run and the number of runs after any changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const history = new RunHistory();
        const model = new Map<string, number>();
        for (const { key, finishedMs } of changes) {
          if (finishedMs === undefined) {
            history.remove(key);
            model.delete(key);
          } else {
            history.add({ key, finishedMs });
            model.set(key, finishedMs);
          }
          expect(history.oldest()).toEqual(oldestOf(model));
          expect(history.size).toBe(model.size);
        }
      }),
    );
  });

  /** How often the finish time of a run is read while the history works. */
  function readsFor(count: number, use: (history: RunHistory, runs: FinishedRun[]) => void): number {
    let reads = 0;
    const runs = Array.from({ length: count }, (_, index) => {
      // In no order.
      const finishedMs = (index * 7_919) % count;
      const run = { key: `ns/run-${index}`, finishedMs };
      return Object.defineProperty(run, 'finishedMs', {
        get: () => {
          reads += 1;
          return finishedMs;
        },
      });
    });
    use(new RunHistory(), runs);
    return reads;
  }

  const COUNT = 10_000;
  const MOST = COUNT * Math.log2(COUNT) * 10;

  it('of 10,000 runs that are all removed costs no more than the number times its logarithm', () => {
    const reads = readsFor(COUNT, (history, runs) => {
      for (const run of runs) history.add(run);
      for (let oldest = history.oldest(); oldest; oldest = history.oldest()) history.remove(oldest.key);
    });
    expect(reads).toBeLessThan(MOST);
  });

  it('of 10,000 runs that are counted again and again costs no more, and nothing is remembered twice', () => {
    const reads = readsFor(COUNT, (history, runs) => {
      for (const run of runs) {
        history.add(run);
        history.remove(run.key);
        history.add(run);
        history.oldest();
      }
      expect(history.size).toBe(COUNT);
    });
    expect(reads).toBeLessThan(MOST);
  });
});
