import { describe, expect, it } from 'vitest';
import type { Concurrency } from '../../../../api/concurrency.ts';
import { concurrencyOf } from '../../../../core/concurrency/concurrency-policy.ts';
import type { Members } from '../../../../core/concurrency/members.ts';
import { placeVerdict, replacedBy, runsToWake } from '../../../../core/concurrency/place-verdict.ts';
import { WaitingLine } from '../../../../core/concurrency/waiting-line.ts';

const GROUP = { id: 'team/group/g', hash: 'abc', called: 'group "g"' };

/** `1a`: a run that was created in second 1. `1a!`: it has finished. */
const memberOf = (text: string) => {
  const name = text.replace('!', '');
  return { key: `team/${name}`, uid: name, created: `2026-11-29T10:00:0${name.charAt(0)}Z` };
};

const members = (concurrency: Concurrency, holders: string[], waiting: string[]): Members => {
  const line = new WaitingLine();
  for (const name of waiting) line.add({ ...memberOf(name), concurrency: concurrencyOf({ runs: { concurrency } })! });
  const known = holders.map((name) => ({ ...memberOf(name), isFinished: name.endsWith('!') }));
  return { group: GROUP, holders: known, line };
};

const verdict = (concurrency: Concurrency, [holders, waiting]: [string[], string[]], of: string, isQueued = false) => {
  const all = members(concurrency, holders, waiting);
  return placeVerdict(all, all.line.get(of)!, isQueued);
};

const TAKE = { kind: 'take' };
const WAIT = { kind: 'wait' };
const refused = (reason: string, message: string) => ({ kind: 'refused', reason, message });

describe('a run that has no place', () => {
  it.each<[string, Concurrency, [string[], string[]], string, unknown]>([
    ['gets one in an idle group', { policy: 'Queue' }, [[], ['1a']], '1a', TAKE],
    ['gets the last one', { policy: 'Queue', limit: 2 }, [['1a'], ['2b']], '2b', TAKE],
    ['gets none beyond the limit', { policy: 'Queue', limit: 2 }, [['1a', '2b'], ['3c']], '3c', WAIT],
    ['lets older ones go first', { policy: 'Queue' }, [[], ['2b', '1a']], '2b', WAIT],
    ['goes by uid if both are of one second', { policy: 'Queue' }, [[], ['1b', '1a']], '1b', WAIT],
    ['waits for the Pods of a run that has finished', { policy: 'Queue' }, [['1a!'], ['2b']], '2b', WAIT],
    ['starts if a lower limit has room', { policy: 'Queue', limit: 3 }, [['1a'], ['2b', '3c']], '3c', TAKE],
    [
      'is refused if the queue is full',
      { policy: 'Queue', maxQueued: 1 },
      [['1a'], ['2b', '3c']],
      '3c',
      refused('QueueFull', 'group "g" permits 1 run at a time, and 1 in the queue; JobRun "1a" is not finished'),
    ],
    [
      'does not count runs that get a place now as waiting',
      { policy: 'Queue', limit: 2, maxQueued: 1 },
      [[], ['1a', '2b', '3c']],
      '3c',
      WAIT,
    ],
    [
      'is refused with Forbid',
      { policy: 'Forbid' },
      [['1a'], ['2b']],
      '2b',
      refused('ConcurrencyForbidden', 'group "g" permits 1 run at a time; JobRun "1a" is not finished'),
    ],
    ['waits with Forbid for a run that has finished', { policy: 'Forbid' }, [['1a!'], ['2b']], '2b', WAIT],
    [
      'is refused with Forbid for an older one whose place is not stored yet',
      { policy: 'Forbid' },
      [[], ['1a', '2b']],
      '2b',
      refused('ConcurrencyForbidden', 'group "g" permits 1 run at a time; JobRun "1a" is not finished'),
    ],
    [
      'is refused with Forbid if those under way and the older ones are as many as the limit',
      { policy: 'Forbid', limit: 3 },
      [
        ['1a', '0z!'],
        ['2b', '3c', '4d'],
      ],
      '4d',
      refused('ConcurrencyForbidden', 'group "g" permits 3 runs at a time; JobRuns "1a", "2b", "3c" are not finished'),
    ],
    ['gets a place with Forbid before younger ones', { policy: 'Forbid' }, [[], ['1a', '2b']], '1a', TAKE],
    [
      'is refused if the queue is full, also if only Pods are left of the others',
      { policy: 'Queue', maxQueued: 0 },
      [['1a!'], ['2b']],
      '2b',
      refused(
        'QueueFull',
        'group "g" permits 1 run at a time, and 0 in the queue; Pods of a JobRun that has finished are still running',
      ),
    ],
    ['waits with Replace for the older ones to end', { policy: 'Replace' }, [['1a'], ['2b']], '2b', WAIT],
    [
      'is replaced by the newest with Replace',
      { policy: 'Replace' },
      [['1a'], ['2b', '3c']],
      '2b',
      { kind: 'replaced', by: '3c' },
    ],
    [
      'is replaced by the newest with ReplaceQueued',
      { policy: 'ReplaceQueued' },
      [['1a'], ['2b', '3c', '4d']],
      '2b',
      { kind: 'replaced', by: '4d' },
    ],
    ['is not replaced if it gets a place now', { policy: 'ReplaceQueued' }, [[], ['1a', '2b', '3c']], '1a', TAKE],
  ])('%s', (_what, ...[concurrency, group, of, expected]) => {
    expect(verdict(concurrency, group, of)).toEqual(expected);
  });

  it('is not refused once it waits: a lower limit stops nobody', () => {
    expect(verdict({ policy: 'Queue', maxQueued: 0 }, [['1a'], ['2b']], '2b', true)).toEqual(WAIT);
  });

  it('is refused with Forbid although it waited: there is no queue', () => {
    expect(verdict({ policy: 'Forbid' }, [['1a'], ['2b']], '2b', true)).toMatchObject({ kind: 'refused' });
  });
});

describe('a run that has a place', () => {
  it.each<[string, Concurrency, [string[], string[]], string, string | undefined]>([
    ['keeps it with Queue', { policy: 'Queue' }, [['1a'], ['2b']], '1a', undefined],
    ['keeps it with ReplaceQueued', { policy: 'ReplaceQueued' }, [['1a'], ['2b']], '1a', undefined],
    ['is replaced with Replace', { policy: 'Replace' }, [['1a'], ['2b']], '1a', '2b'],
    [
      'is replaced by a run of the same second, whatever its uid is',
      { policy: 'Replace' },
      [['1b'], ['1a']],
      '1b',
      '1a',
    ],
    ['is not replaced by an older run', { policy: 'Replace' }, [['2b'], ['1a']], '2b', undefined],
    [
      'is replaced if it is the oldest of more than the limit',
      { policy: 'Replace', limit: 2 },
      [['1a', '2b'], ['3c']],
      '1a',
      '3c',
    ],
    [
      'is not replaced if it is among the newest',
      { policy: 'Replace', limit: 2 },
      [['1a', '2b'], ['3c']],
      '2b',
      undefined,
    ],
    [
      'is not replaced while there is another place',
      { policy: 'Replace', limit: 2 },
      [['1a'], ['3c']],
      '1a',
      undefined,
    ],
  ])('%s', (_what, ...[concurrency, [holders, waiting], of, expected]) => {
    expect(replacedBy(members(concurrency, holders, waiting), memberOf(of))).toBe(expected);
  });
});

it('only the runs that have their turn are worked on, and those that are refused', () => {
  expect(runsToWake(members({ policy: 'Queue', limit: 2 }, ['1a'], ['2b', '3c', '4d']))).toEqual(['team/2b']);
  expect(runsToWake(members({ policy: 'Queue' }, ['1a'], ['2b']))).toEqual([]);
  expect(runsToWake(members({ policy: 'Forbid' }, ['1a'], ['2b', '3c']))).toEqual(['team/2b', 'team/3c']);
});
