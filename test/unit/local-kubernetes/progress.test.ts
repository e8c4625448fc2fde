import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../../local-kubernetes/progress.ts';

describe('formatDuration', () => {
  it.each([
    [400, '0 s'],
    [59_400, '59 s'],
    [75_000, '1 m 15 s'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
