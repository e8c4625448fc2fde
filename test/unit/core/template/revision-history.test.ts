import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControllerRevision } from '../../../../api/wire.ts';
import { newestFirst, removableRevisions } from '../../../../core/template/revision-history.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;

/** A revision by its number, stored and last requested this many minutes ago. */
function stored(number: number, minutesOld = 60, minutesUnused?: number): ControllerRevision {
  const time = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();
  const annotations =
    minutesUnused === undefined ? {} : { annotations: { 'hematoscope.app/last-used': time(minutesUnused) } };
  const metadata = { name: `echo-${number}`, creationTimestamp: time(minutesOld), ...annotations };
  return { metadata, revision: number, data: {} };
}

interface Given {
  revisions: ControllerRevision[];
  inUse?: string[];
  limit?: number;
  present?: string;
}

function removed({ revisions, inUse = [], limit = 1, present = 'echo-4' }: Given) {
  const history = { revisions, present, inUse: new Set(inUse), limit, graceMs: 5 * MINUTE, now: NOW };
  const { remove, againMs } = removableRevisions(history);
  return { names: remove.map(({ metadata }) => metadata?.name), againMs };
}

describe('the revisions to delete', () => {
  const four = [stored(1), stored(2), stored(3), stored(4)];

  it.each<[string, Given, string[]]>([
    ['are none within the limit', { revisions: four, limit: 3 }, []],
    ['are the oldest beyond the limit', { revisions: four }, ['echo-2', 'echo-1']],
    ['are all but the current one with a limit of 0', { revisions: four, limit: 0 }, ['echo-3', 'echo-2', 'echo-1']],
    ['never include one that an unfinished run is pinned to', { revisions: four, inUse: ['echo-1'] }, ['echo-2']],
    ['leave as many as the limit besides those in use', { revisions: four, inUse: ['echo-3'] }, ['echo-1']],
    [
      'never include the current one, even if others have a greater number',
      { revisions: four, present: 'echo-1', limit: 0 },
      ['echo-4', 'echo-3', 'echo-2'],
    ],
    ['are none while the current one is not stored', { revisions: four, present: 'echo-5', limit: 0 }, []],
    ['do not depend on the order of the list', { revisions: four.toReversed() }, ['echo-2', 'echo-1']],
  ])('%s', (_sentence, given, names) => {
    expect(removed(given)).toEqual({ names, againMs: undefined });
  });

  describe('of a deleted template that had the same name', () => {
    const PREDECESSOR = 'predecessor';
    const owned = (revision: ControllerRevision, uid: string): ControllerRevision => {
      const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobTemplate', name: 'echo', uid, controller: true };
      return { ...revision, metadata: { ...revision.metadata, ownerReferences: [owner] } };
    };
    const own = four.map((revision) => owned(revision, 'present'));

    it.each([
      ['are all', owned(stored(50), PREDECESSOR), ['echo-50']],
      ['are all, also without an owner', stored(50), ['echo-50']],
      ['are none in the grace period', owned(stored(50, 60, 2), PREDECESSOR), []],
    ])('%s, and take no place of the history', (_sentence, other, names) => {
      expect(removed({ revisions: [other, ...own], limit: 3 }).names).toEqual(names);
    });

    it('never include one that an unfinished run is pinned to', () => {
      const revisions = [owned(stored(50), PREDECESSOR), ...own];
      expect(removed({ revisions, limit: 3, inUse: ['echo-50'] }).names).toEqual([]);
    });

    it('are not told apart while it is not known who owns the current one', () => {
      const revisions = [stored(4), ...own.slice(0, 3)];
      expect(removed({ revisions, limit: 3 }).names).toEqual([]);
    });
  });

  it('include none that was requested by name until its grace period is over', () => {
    const revisions = [stored(1, 60, 2), stored(2), stored(3), stored(4)];
    expect(removed({ revisions })).toEqual({ names: ['echo-2'], againMs: 3 * MINUTE });
  });

  it.each([
    ['was stored', stored(4, 1)],
    ['became the current one again', stored(4, 60, 1)],
  ])(
    'do not include the one that was replaced when the current one %s, until its grace period is over',
    (_, present) => {
      const revisions = [stored(1), stored(2), stored(3), present];
      expect(removed({ revisions, limit: 0 })).toEqual({ names: ['echo-2', 'echo-1'], againMs: 4 * MINUTE });
    },
  );

  it('include the old ones of a template that is edited every minute, however long that goes on', () => {
    const revisions = Array.from({ length: 1000 }, (_, index) => stored(index + 1, 999 - index));
    const { names } = removed({ revisions, limit: 10, present: 'echo-1000' });
    expect(names).toHaveLength(989);
  });

  it('leave a bounded number, however often a template is edited', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 20 }), (seconds, limit) => {
        const revisions = Array.from({ length: 600 }, (_, index) => stored(index + 1, ((599 - index) * seconds) / 60));
        const { names } = removed({ revisions, limit, present: 'echo-600' });
        expect(600 - names.length).toBeLessThanOrEqual(1 + limit + Math.max(100, 60 / seconds + 1));
      }),
    );
  });

  it('never include one that a run used by name in the last minute, though there are too many', () => {
    const revisions = Array.from({ length: 400 }, (_, index) => stored(index + 1, (399 - index) / 60));
    revisions[0] = stored(1, 60, 0.5);
    const { names } = removed({ revisions, limit: 0, present: 'echo-400' });
    expect(names).not.toContain('echo-1');
    expect(names).toContain('echo-2');
  });

  it.each([
    ['the current one', [stored(1), stored(2), stored(3), stored(4, 60, -1_000_000)], ['echo-2', 'echo-1']],
    ['an old one', [stored(1, 60, -1_000_000), stored(2), stored(3), stored(4)], ['echo-2', 'echo-1']],
  ])('do not depend on a mark of use in the far future on %s', (_sentence, revisions, names) => {
    expect(removed({ revisions })).toEqual({ names, againMs: undefined });
  });

  it('wait no longer than the grace period for a mark of a clock that is ahead', () => {
    const revisions = [stored(1, 60, -3), stored(3), stored(4)];
    expect(removed({ revisions })).toEqual({ names: [], againMs: 5 * MINUTE });
  });

  it('treat an invalid timestamp as absent', () => {
    const odd = { ...stored(1), metadata: { name: 'echo-1', annotations: { 'hematoscope.app/last-used': 'now' } } };
    expect(removed({ revisions: [odd, stored(3), stored(4)] }).names).toEqual(['echo-1']);
  });
});

describe('newestFirst', () => {
  it('sorts by number, then by age, then by name', () => {
    const [older, newer] = [stored(2, 9), stored(2, 3)];
    const names = newestFirst([stored(1, 1), older, newer, stored(3)]).map(
      ({ metadata }) => metadata?.creationTimestamp,
    );
    const expected = [stored(3), newer, older, stored(1, 1)].map(({ metadata }) => metadata?.creationTimestamp);
    expect(names).toEqual(expected);
  });
});

describe('the end of the grace period', () => {
  it('is reached at its last moment', () => {
    expect(removed({ revisions: [stored(1, 60, 5), stored(3), stored(4)] }).names).toEqual(['echo-1']);
  });

  it('is the earliest one if there are several', () => {
    const revisions = [stored(1, 60, 1), stored(2, 60, 3), stored(3), stored(4)];
    expect(removed({ revisions })).toEqual({ names: [], againMs: 2 * MINUTE });
  });
});

describe('revisions with equal or missing fields', () => {
  const named = (name: string): ControllerRevision => ({ metadata: { name }, revision: 1, data: {} });

  it('are sorted by name if number and age are equal', () => {
    const names = newestFirst([named('b'), named('c'), named('a'), named('a')]).map(({ metadata }) => metadata?.name);
    expect(names).toEqual(['a', 'a', 'b', 'c']);
  });

  it('are old if their age is not known', () => {
    const nameless: ControllerRevision = { revision: 1, data: {} };
    expect(newestFirst([named('a'), nameless, stored(1)])).toEqual([stored(1), nameless, named('a')]);
    expect(removed({ revisions: [nameless, stored(3), stored(4)] }).names).toEqual([undefined]);
  });
});
