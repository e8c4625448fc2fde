import { expect, it } from 'vitest';
import { FirstRuns } from '../../../../syncer/concurrency/first-runs.ts';

it('the runs of a namespace wait until the last of its first runs was worked on', () => {
  const woken: string[] = [];
  const first = new FirstRuns((run) => woken.push(run));
  first.add('team', '1');
  first.add('team', '2');
  first.add('other', '3');
  first.waitFor('team', 'team/a');
  first.waitFor('team', 'team/a');
  first.waitFor('other', 'other/b');
  first.remove('1');
  first.remove('unknown');
  expect([first.areIn('team'), woken]).toEqual([true, []]);
  first.remove('2');
  expect([first.areIn('team'), first.areIn('other'), woken]).toEqual([false, true, ['team/a']]);
  first.waitFor('team', 'team/a');
  first.remove('2');
  first.remove('3');
  expect(woken).toEqual(['team/a', 'other/b']);
});
