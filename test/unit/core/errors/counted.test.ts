import { expect, it } from 'vitest';
import { counted } from '../../../../core/errors/counted.ts';

it.each([
  [0, 'character', '0 characters'],
  [1, 'character', '1 character'],
  [2, 'character', '2 characters'],
  [11, 'JobRun', '11 JobRuns'],
])('%i %s: %s', (count, noun, text) => {
  expect(counted(count, noun)).toBe(text);
});
