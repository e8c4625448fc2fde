import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { humanDuration } from '../../../../cli/terminal/human-duration.ts';
import { parsedDuration } from '../../../../cli/terminal/parsed-duration.ts';

describe('humanDuration', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [119_999, '119s'],
    [120_000, '2m'],
    [135_000, '2m15s'],
    [600_000, '10m'],
    [3 * 3_600_000, '3h'],
    [3 * 3_600_000 + 90_000, '3h1m'],
    [47 * 3_600_000, '47h'],
    [50 * 3_600_000, '2d2h'],
    [30 * 86_400_000, '30d'],
    [750 * 86_400_000, '2y20d'],
    [3000 * 86_400_000, '8y'],
    [-5, '0s'],
  ])('shows %d ms as kubectl does: %s', (ms, shown) => {
    expect(humanDuration(ms)).toBe(shown);
  });
});

describe('parsedDuration', () => {
  it.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0', 0],
    ['', undefined],
    ['soon', undefined],
    ['5', 5000],
    ['5 m', undefined],
    ['-5s', undefined],
    ['5d', undefined],
    ['1h30', undefined],
    ['s', undefined],
    ['9'.repeat(101), undefined],
    ['99999h', 2 ** 31 - 1],
  ])('reads %j as %s', (text, ms) => {
    expect(parsedDuration(text)).toBe(ms);
  });

  it('reads hours, minutes and seconds in any combination', () => {
    const parts = fc.record({ h: fc.nat(20), m: fc.nat(90), s: fc.nat(90) });
    fc.assert(
      fc.property(parts, ({ h, m, s }) => {
        expect(parsedDuration(`${h}h${m}m${s}s`)).toBe(((h * 60 + m) * 60 + s) * 1000);
      }),
    );
  });
});
