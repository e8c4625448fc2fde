import { expect, it } from 'vitest';
import { budgetMs } from '../../../../webhook/server/time-budget.ts';

it.each([
  ['the timeout of the API server', '10s', 8000],
  ['a timeout with minutes', '1m30s', 72_000],
  ['the default if there is no timeout', undefined, 4000],
  ['the default for an invalid duration', 'soon', 4000],
  ['the default for a timeout of zero', '0s', 4000],
  ['the default for a repeated parameter', ['1s', '2s'], 4000],
])('budgetMs uses %s', (_, timeout, expected) => {
  expect(budgetMs(timeout)).toBe(expected);
});
