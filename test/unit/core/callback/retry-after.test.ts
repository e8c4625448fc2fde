import { expect, it } from 'vitest';
import { requestedDelayMs } from '../../../../core/callback/retry-after.ts';

const NOW = Date.parse('Sat, 28 Nov 2026 12:00:00 GMT');

it.each([
  ['120', 120_000],
  ['0', 0],
  ['Sat, 28 Nov 2026 12:01:00 GMT', 60_000],
  ['Sat, 28 Nov 2026 11:00:00 GMT', 0],
  [['7', '8'], 7_000],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('the header %j requests a delay of %j ms', (header, ms) => {
  expect(requestedDelayMs(header, NOW)).toBe(ms);
});
