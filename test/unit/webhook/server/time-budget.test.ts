import { expect, it } from 'vitest';
import { budgetMs } from '../../../../webhook/server/time-budget.ts';

it.each([
  ['what the API server says', '10s', 8000],
  ['minutes too', '1m30s', 72_000],
  ['the default without a word', undefined, 4000],
  ['the default for what is no duration', 'soon', 4000],
  ['the default for no time at all', '0s', 4000],
  ['the default for a repeated parameter', ['1s', '2s'], 4000],
])('budgetMs takes %s', (_, timeout, expected) => {
  expect(budgetMs(timeout)).toBe(expected);
});
