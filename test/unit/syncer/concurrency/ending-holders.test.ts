import { expect, it } from 'vitest';
import { EndingHolders } from '../../../../syncer/concurrency/ending-holders.ts';

it('has for each run the groups that wait for its Pods, as they were checked last', () => {
  const ending = new EndingHolders();
  const groups = (key: string) => Array.from(ending.groupsOf(key)).sort();
  ending.set('g', ['team/a', 'team/b']);
  ending.set('h', ['team/a']);
  expect(groups('team/a')).toEqual(['g', 'h']);
  ending.set('g', ['team/b']);
  expect([groups('team/a'), groups('team/b')]).toEqual([['h'], ['g']]);
  ending.set('h', []);
  ending.set('g', []);
  expect([groups('team/a'), groups('team/b')]).toEqual([[], []]);
});
