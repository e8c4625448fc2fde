import { expect, it } from 'vitest';
import { LookRate } from '../../../../syncer/run/look-rate.ts';

const begin = () => {
  const time = { now: 500 };
  const rate = new LookRate({ monotonic: () => time.now });
  const delays = (namespace: string, looks: number) => Array.from({ length: looks }, () => rate.delayMs(namespace));
  return { time, delays };
};
const now = (looks: number) => Array.from({ length: looks }, () => 0);

it('ten Jobs are looked at in a second, five of them of one namespace', () => {
  const { time, delays } = begin();
  const taken = (namespace: string) => delays(namespace, 20).filter((ms) => ms === 0).length;
  expect([taken('a'), taken('b'), taken('c')]).toEqual([5, 5, 0]);
  time.now = 1_000;
  expect([taken('a'), taken('c')]).toEqual([5, 5]);
});

it('the others are looked at in the following seconds, five in each', () => {
  const { delays } = begin();
  expect(delays('a', 16)).toEqual([...now(5), ...[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3].map((seconds) => seconds * 1_000)]);
});

it('those of many namespaces are looked at in the following seconds, ten in each', () => {
  const { delays } = begin();
  const all = Array.from({ length: 21 }, (_, index) => delays(`namespace-${index}`, 1)).flat();
  expect(all).toEqual([...now(10), ...Array.from({ length: 10 }, () => 1_000), 2_000]);
});

it('a namespace with very many does not delay another one', () => {
  const { time, delays } = begin();
  expect(delays('a', 1_000).at(-1)).toBe(199_000);
  expect(delays('b', 5)).toEqual(now(5));
  expect(delays('c', 1)).toEqual([1_000]);
  time.now = 1_000;
  expect(delays('c', 1)).toEqual(now(1));
});
