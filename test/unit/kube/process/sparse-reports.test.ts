import { expect, it } from 'vitest';
import { SparseReports } from '../../../../kube/process/sparse-reports.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

it.each<[string, [number, string, boolean][]]>([
  ['the first report is due, also at the start of the clock', [[0, 'a', true]]],
  [
    'the same is due again after an hour',
    [
      [5, 'a', true],
      [5 + HOUR - 1, 'a', false],
      [5 + HOUR, 'a', true],
      [6 + HOUR, 'a', false],
    ],
  ],
  [
    'another one is due after a minute',
    [
      [0, 'a', true],
      [MINUTE - 1, 'b', false],
      [MINUTE, 'b', true],
      [2 * MINUTE - 1, 'a', false],
      [2 * MINUTE, 'a', true],
    ],
  ],
  [
    'a report that is not due delays no later one',
    [
      [0, 'a', true],
      [HOUR - 1, 'a', false],
      [HOUR, 'a', true],
    ],
  ],
])('%s', (_, reports) => {
  let time = 0;
  const sparse = new SparseReports(() => time);
  for (const [at, problem, isDue] of reports) {
    time = at;
    expect([at, problem, sparse.isDue(problem)]).toEqual([at, problem, isDue]);
  }
});
