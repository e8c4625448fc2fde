import { expect, it } from 'vitest';
import { LookRate } from '../../../../syncer/run/look-rate.ts';

it('ten Jobs are looked at in a second, five of them of one namespace', () => {
  let now = 500;
  const rate = new LookRate({ monotonic: () => now });
  const taken = (namespace: string): number =>
    Array.from({ length: 20 }, () => rate.takes(namespace)).filter(Boolean).length;
  expect([taken('a'), taken('b'), taken('c')]).toEqual([5, 5, 0]);
  now = 1_000;
  expect([taken('a'), taken('c')]).toEqual([5, 5]);
});
