import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRemoval } from '../../../../core/retention/next-removal.ts';
import type { NextRemoval } from '../../../../core/retention/next-removal.ts';
import type { Outcome } from '../../../../core/retention/removable-run.ts';
import type { RetentionPolicy } from '../../../../core/retention/retention-policy.ts';
import { RunHistory } from '../../../../core/retention/run-history.ts';

interface Run {
  key: string;
  outcome: Outcome;
  finishedMs: number;
}

function historiesOf(runs: readonly Run[]): Record<Outcome, RunHistory> {
  const histories = { successful: new RunHistory(), failed: new RunHistory() };
  for (const { key, outcome, finishedMs } of runs) histories[outcome].add({ key, finishedMs });
  return histories;
}

const successful = (key: string, seconds: number): Run => ({ key, outcome: 'successful', finishedMs: seconds * 1000 });
const failed = (key: string, seconds: number): Run => ({ key, outcome: 'failed', finishedMs: seconds * 1000 });
const remove = ({ key, finishedMs }: Run, reason: string) => ({ run: { key, finishedMs }, reason });

const NOW_MS = 100_000;
const [a, b, c, d] = [successful('a', 10), successful('b', 20), failed('c', 15), failed('d', 30)];
const all = [d, b, a, c];

const cases: [string, Run[], RetentionPolicy, object | undefined][] = [
  ['nothing without a policy', all, {}, undefined],
  ['nothing without runs', [], { ttlSecondsAfterFinished: 0 }, undefined],
  ['the oldest run that is too old', all, { ttlSecondsAfterFinished: 80 }, remove(a, 'ttl')],
  ['a run in the moment in which its time is over', [a], { ttlSecondsAfterFinished: 90 }, remove(a, 'ttl')],
  ['a failed run that is too old', [b, c], { ttlSecondsAfterFinished: 80 }, remove(c, 'ttl')],
  ['nothing before the time, and waits for the oldest', all, { ttlSecondsAfterFinished: 95 }, { afterMs: 5_000 }],
  ['one successful run too many', all, { successfulRunsHistoryLimit: 1 }, remove(a, 'successful-limit')],
  ['one failed run too many', all, { failedRunsHistoryLimit: 1 }, remove(c, 'failed-limit')],
  ['no run within the limits', all, { successfulRunsHistoryLimit: 2, failedRunsHistoryLimit: 2 }, undefined],
  ['all runs with a limit of 0', [b], { successfulRunsHistoryLimit: 0 }, remove(b, 'successful-limit')],
  ['failed runs only by their own limit', [c, d], { successfulRunsHistoryLimit: 0 }, undefined],
  [
    'the oldest of both outcomes first',
    all,
    { successfulRunsHistoryLimit: 0, failedRunsHistoryLimit: 0 },
    remove(a, 'successful-limit'),
  ],
  [
    'a run over the limit before an older one whose time is not over',
    [c, a, b],
    { ttlSecondsAfterFinished: 95, failedRunsHistoryLimit: 0 },
    remove(c, 'failed-limit'),
  ],
];

describe('retention removes', () => {
  it.each(cases)('%s', (_what, runs, policy, expected) => {
    expect(nextRemoval(historiesOf(runs), policy, NOW_MS)).toEqual(expected);
  });
});

const optional = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined });
const policies = fc.record({
  ttlSecondsAfterFinished: optional(120),
  successfulRunsHistoryLimit: optional(6),
  failedRunsHistoryLimit: optional(6),
});
const runLists = fc
  .array(fc.record({ outcome: fc.constantFrom('successful' as const, 'failed' as const), seconds: fc.nat(100) }), {
    maxLength: 30,
  })
  .map((list) => list.map(({ outcome, seconds }, i) => ({ key: `r${i}`, outcome, finishedMs: seconds * 1000 })));

/** Removes until nothing is due; returns the removed runs in their order. */
function removeAll(histories: Record<Outcome, RunHistory>, policy: RetentionPolicy): string[] {
  const removed: string[] = [];
  for (;;) {
    const next: NextRemoval = nextRemoval(histories, policy, NOW_MS);
    if (!next || !('run' in next)) return removed;
    removed.push(next.run.key);
    histories.successful.remove(next.run.key);
    histories.failed.remove(next.run.key);
  }
}

/** The newest runs of an outcome that the policy retains, computed from its description. */
function retained(runs: readonly Run[], outcome: Outcome, policy: RetentionPolicy): string[] {
  const { ttlSecondsAfterFinished: ttl = Infinity, successfulRunsHistoryLimit, failedRunsHistoryLimit } = policy;
  const limit = outcome === 'successful' ? successfulRunsHistoryLimit : failedRunsHistoryLimit;
  return runs
    .filter((run) => run.outcome === outcome)
    .sort((x, y) => y.finishedMs - x.finishedMs || (x.key < y.key ? 1 : -1))
    .slice(0, limit)
    .filter(({ finishedMs }) => finishedMs + ttl * 1000 > NOW_MS)
    .map(({ key }) => key);
}

describe('for any runs and any policy', () => {
  it('exactly the newest runs of each outcome whose time is not over are retained', () => {
    fc.assert(
      fc.property(runLists, policies, (runs, policy) => {
        const removed = new Set(removeAll(historiesOf(runs), policy));
        const left = runs.filter(({ key }) => !removed.has(key)).map(({ key }) => key);
        const expected = [...retained(runs, 'successful', policy), ...retained(runs, 'failed', policy)];
        expect(left.sort()).toEqual(expected.sort());
      }),
    );
  });

  it('the runs of an outcome are removed oldest first, and a second pass removes nothing', () => {
    fc.assert(
      fc.property(runLists, policies, (runs, policy) => {
        const histories = historiesOf(runs);
        const times = new Map(runs.map((run) => [run.key, run]));
        const removed = removeAll(histories, policy).map((key) => times.get(key)!);
        for (const outcome of ['successful', 'failed'] as const) {
          const ofOutcome = removed.filter((run) => run.outcome === outcome).map(({ finishedMs }) => finishedMs);
          expect(ofOutcome).toEqual(ofOutcome.toSorted((x, y) => x - y));
        }
        expect(removeAll(histories, policy)).toEqual([]);
      }),
    );
  });
});
