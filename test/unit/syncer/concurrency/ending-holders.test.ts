import { expect, it } from 'vitest';
import { jobName } from '../../../../core/job/job-name.ts';
import { EndingHolders } from '../../../../syncer/concurrency/ending-holders.ts';

const holder = (uid: string, name = 'a') => ({ name, uid, created: '2026-11-29T10:00:00Z' });

function begin() {
  const clock = { nowMs: 0 };
  const ending = new EndingHolders({ monotonic: () => clock.nowMs });
  return { clock, ending, groups: (key: string) => Array.from(ending.touched(key)).sort() };
}

it('has for each run and each Job the groups that wait for its Pods', () => {
  const { ending, groups } = begin();
  ending.add('team/g', holder('1'));
  ending.add('team/g', holder('2', 'b'));
  ending.add('team/h', holder('3'));
  expect(groups('team/a')).toEqual(['team/g', 'team/h']);
  expect(groups(`team/${jobName('a', '1')}`)).toEqual(['team/g']);
  ending.retain('team/g', new Set(['2']));
  expect([groups('team/a'), groups('team/b')]).toEqual([['team/h'], ['team/g']]);
  expect(groups(`team/${jobName('a', '1')}`)).toEqual([]);
  ending.retain('team/g', new Set());
  ending.retain('team/h', new Set());
  expect([groups('team/a'), groups('team/b')]).toEqual([[], []]);
});

it('finds a run that has the name of a forgotten one', () => {
  const { ending, groups } = begin();
  ending.add('team/g', holder('old'));
  ending.add('team/g', holder('new'));
  ending.retain('team/g', new Set(['new']));
  expect(groups('team/a')).toEqual(['team/g']);
});

it('checks a run after a delay that grows to a minute', () => {
  const { clock, ending } = begin();
  const delays = Array.from({ length: 12 }, () => {
    ending.add('team/g', holder('1'));
    const delayMs = ending.nextMs('team/g')!;
    expect(ending.isEarly('team/g', '1')).toBe(true);
    clock.nowMs += delayMs;
    expect(ending.isEarly('team/g', '1')).toBe(false);
    return delayMs;
  });
  expect(delays[0]).toBeLessThanOrEqual(1_000);
  expect(delays[0]).toBeGreaterThanOrEqual(500);
  for (const last of delays.slice(-3)) expect(last).toBeGreaterThanOrEqual(30_000);
  for (const any of delays) expect(any).toBeLessThanOrEqual(60_000);
});

it('checks a run whose Job has changed at once, but not many times a second', () => {
  const { clock, ending, groups } = begin();
  ending.add('team/g', holder('1'));
  ending.add('team/g', holder('2', 'b'));
  groups('team/a');
  expect(ending.nextMs('team/g')).toBe(200);
  clock.nowMs += 300;
  groups('team/a');
  expect([ending.isEarly('team/g', '1'), ending.isEarly('team/g', '2')]).toEqual([false, true]);
  expect(ending.nextMs('team/g')).toBe(0);
});

it('has nothing to check in a group without such runs', () => {
  const { ending } = begin();
  expect([ending.nextMs('team/g'), ending.isEarly('team/g', '1')]).toEqual([undefined, false]);
});
