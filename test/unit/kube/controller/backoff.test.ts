import { afterEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from '../../../../kube/controller/backoff.ts';

const limits = { baseMs: 100, maxMs: 5_000 };

afterEach(() => {
  vi.restoreAllMocks();
});

describe('backoffMs', () => {
  it.each([
    [0, 0, 50],
    [0, 0.5, 75],
    [1, 0, 100],
    [3, 0, 400],
    [3, 0.5, 600],
    [6, 0, 2_500],
    [1_000, 0, 2_500],
    [Number.MAX_SAFE_INTEGER, 0.5, 3_750],
  ])('after %i failures, with the random number %d, is %i ms', (failures, random, expected) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    expect(backoffMs(limits, failures)).toBe(expected);
  });
});
