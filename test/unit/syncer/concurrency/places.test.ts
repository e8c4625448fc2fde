import { describe, expect, it } from 'vitest';
import type { JobRun, JobRunStatus } from '../../../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../../../api/names.ts';
import { templateOutline, type TemplateOutline } from '../../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { Places } from '../../../../syncer/concurrency/places.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { FakeLeases, placesWith } from './places-harness.ts';

const FOUND = { kind: 'found', template: versionOfTemplate(echoTemplate()) } as const;
const OUTLINE = templateOutline(echoTemplate());
const LIMITED: TemplateOutline = { ...OUTLINE, runs: { concurrency: { policy: 'Queue' } } };
const LABELLED = echoRun({}, { labels: { [LABEL_CONCURRENCY_GROUP]: 'abc' } });
const WAITING: JobRun = {
  ...echoRun({ templateRevision: '0123456789' }),
  status: {
    phase: 'Pending',
    waiting: { reason: 'WaitingForTemplate', message: 'waiting', since: '2026-11-29T10:00:00Z' },
  },
};
const QUEUED: JobRun = { ...echoRun(), status: { phase: 'Queued' } };

function placesOfTemplate(outline: TemplateOutline | undefined): Places {
  const unexpected = (): never => {
    throw new Error('no request is expected');
  };
  return new Places({
    leases: { read: unexpected, write: unexpected, remove: unexpected },
    runs: { get: () => undefined },
    contents: { of: () => undefined },
    jobs: { byIndex: () => [] },
    templates: { outline: () => outline, cached: () => undefined },
    unclear: { inherited: () => undefined, forget: () => undefined, leftMs: () => 0 },
    clock: { monotonic: () => 0 },
    instance: 'one',
    wake: () => undefined,
    check: () => undefined,
  });
}

it.each<[string, JobRun, TemplateOutline | undefined, string | undefined]>([
  ['was Queued and has lost its template waits for that', QUEUED, undefined, 'unknown'],
  ['has the label of a group and has lost its template waits for that', LABELLED, undefined, 'unknown'],
  ['waits already for its lost template continues to wait', WAITING, undefined, 'unknown'],
  ['never had a limit starts without its template', echoRun(), undefined, undefined],
  ['was Queued starts once the template has no limit', QUEUED, OUTLINE, undefined],
  ['has a limit gets into the line', QUEUED, LIMITED, 'outside'],
  [
    'has its Job is not held up',
    { ...LABELLED, status: { phase: 'Running', jobName: 'echo-hello' } },
    undefined,
    undefined,
  ],
])('a run that %s', (_what, run, outline, expected) => {
  expect(placesOfTemplate(outline).look(run, FOUND)?.kind).toBe(expected);
});

const QUEUE = { policy: 'Queue' } as const;

describe('a place', () => {
  it('is given in the order of creation, one for each that is free', async () => {
    const { add, work, leases, woken, places, groupOf } = placesWith({ ...QUEUE, limit: 2 });
    const runs = [add('c', 3), add('a', 1), add('b', 2)];
    for (const run of runs) places.arrive(run);
    expect(await Promise.all(runs.map(work))).toEqual(['wait', 'held', 'held']);
    expect(leases.holders).toEqual(['a', 'b']);
    woken();
    const group = groupOf(runs[1]!);
    await places.giveBack(group.id, () => Promise.resolve(new Set(['team-a'])));
    expect([leases.holders, woken()]).toEqual([['b'], ['c']]);
  });

  it('is given by the stored state, also if another process has changed it', async () => {
    const leases = new FakeLeases();
    const [one, other] = [placesWith(QUEUE, { leases }), placesWith(QUEUE, { leases, instance: 'other' })];
    expect(await one.work(one.add('a', 1))).toBe('held');
    expect(await other.work(other.add('b', 2))).toBe('wait');
    expect(leases.holders).toEqual(['a']);
  });

  it('is stored although an earlier request was not answered', async () => {
    const leases = new FakeLeases();
    const { add, work, places, unclear } = placesWith(QUEUE, { leases });
    const run = add('a', 1);
    const write = leases.write;
    leases.write = async (...args) => {
      await write(...args);
      leases.write = write;
      throw new Error('cut off');
    };
    await expect(work(run)).rejects.toThrow('cut off');
    expect(await work(run)).toBe('held');
    expect(leases.holders).toEqual(['a']);
    expect(places.waiting).toBe(0);
    // It is its own place: no other process may have sent the Job.
    expect(unclear.leftMs('team-a')).toBe(0);
  });
});

describe('a run that has a place and no Job', () => {
  it('is wanted to give it away once others wait', async () => {
    const { add, work, look, woken } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    expect(look(first)).not.toHaveProperty('wantedInMs');
    woken();
    await work(add('b', 2));
    expect(look(first)).toMatchObject({ kind: 'held', wantedInMs: 0 });
    expect(woken()).toEqual(['a']);
  });

  it('is not wanted to once its Job is known', async () => {
    const { add, work, look, woken, runs } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    const started = { ...first, status: { phase: 'Running', jobName: 'a-1', jobUid: 'its-job' } } as const;
    runs.set('team/a', started);
    woken();
    await work(add('b', 2));
    expect(look(started)).not.toHaveProperty('wantedInMs');
    expect(woken()).toEqual([]);
  });

  it('keeps it with Forbid: others are refused while it is not finished', async () => {
    const { add, work, look, limit } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    await work(add('b', 2));
    limit({ policy: 'Forbid' });
    expect(look(first)).not.toHaveProperty('wantedInMs');
  });

  it('keeps it if those that wait are refused while it is not finished', async () => {
    const { add, work, look, limit } = placesWith({ policy: 'Forbid', limit: 2 });
    const first = add('a', 1);
    await work(first);
    await work(add('b', 2, { status: { conditions: [{ type: 'Finished', status: 'True' }] } }));
    expect(await work(add('c', 3))).toBe('wait');
    limit({ ...QUEUE, limit: 2 });
    expect(look(first)).not.toHaveProperty('wantedInMs');
  });

  it('gives it to the next one, and gets the next place', async () => {
    const { add, work, groupOf, places, leases, woken } = placesWith(QUEUE);
    const [first, second, third] = [add('a', 1), add('b', 2), add('c', 3)];
    await work(first);
    const group = groupOf(first);
    for (const run of [second, third]) await work(run);
    woken();
    await places.yield(first, group);
    expect([leases.holders, woken()]).toEqual([[], ['b']]);
    expect(await work(second)).toBe('held');
    // It comes back when it tries again.
    expect(await work(first)).toBe('wait');
    woken();
    await places.giveBack(group.id, () => Promise.resolve(new Set(['team-b'])));
    expect(woken()).toEqual(['a']);
    expect([await work(third), await work(first)]).toEqual(['wait', 'held']);
  });

  const waiting = (reason: string): JobRunStatus => ({
    phase: 'Pending',
    waiting: { reason, message: 'waits', since: '2026-11-29T10:00:00Z' },
  });

  it.each<[string, JobRunStatus | undefined, string]>([
    ['when it comes back from that: it is not refused', waiting('Forbidden'), 'wait'],
    ['when it has been in the queue: it is not refused', { phase: 'Queued' }, 'wait'],
    ['when it has waited for its template: it is refused', waiting('WaitingForTemplate'), 'refused'],
    ['when it is new: it is refused', undefined, 'refused'],
  ])('finds a full queue %s', async (_what, status, expected) => {
    const { add, work } = placesWith({ ...QUEUE, maxQueued: 0 });
    await work(add('b', 0));
    expect(await work(add('a', 1, status && { status }))).toBe(expected);
  });

  it('keeps it for as long as its Job may still be stored', async () => {
    const { add, work, look, clock, unclear } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    unclear.sent('team-a');
    await work(add('b', 2));
    expect(look(first)).toMatchObject({ wantedInMs: 90_000 });
    clock.nowMs = 90_000;
    expect(look(first)).toMatchObject({ wantedInMs: 0 });
  });

  it('is forgotten with its place', async () => {
    const { add, work, places, unclear, groupOf } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    unclear.sent('team-a');
    await places.giveBack(groupOf(first).id, () => Promise.resolve(new Set(['team-a'])));
    expect(unclear.leftMs('team-a')).toBe(0);
  });

  it('keeps it for as long as an earlier leader may have sent its Job', async () => {
    const leases = new FakeLeases();
    const before = placesWith(QUEUE, { leases });
    await before.work(before.add('a', 1));
    const { add, work, look, places } = placesWith(QUEUE, { leases, instance: 'other' });
    const first = add('a', 1);
    for (const stored of leases.stored.values()) places.remember(stored);
    await work(add('b', 2));
    expect(look(first)).toMatchObject({ wantedInMs: 90_000 });
  });
});

describe('the process that creates the Job of a run', () => {
  it('is certain of its place for a time, and then makes sure of it', async () => {
    const { add, work, look, clock, places, groupOf, leases, unclear } = placesWith(QUEUE);
    const first = add('a', 1);
    await work(first);
    expect(look(first)).not.toHaveProperty('isUnconfirmed');
    clock.nowMs = 10_000;
    expect(look(first)).toMatchObject({ kind: 'held', isUnconfirmed: true });
    expect(leases.sent).toEqual(['write']);
    await places.confirm(first, groupOf(first));
    expect(look(first)).not.toHaveProperty('isUnconfirmed');
    expect(leases.sent).toEqual(['write', 'write']);
    expect(unclear.leftMs('team-a')).toBe(0);
  });

  it('takes a place over, and keeps it while the other one may still create the Job', async () => {
    const leases = new FakeLeases();
    const [one, other] = [placesWith(QUEUE, { leases }), placesWith(QUEUE, { leases, instance: 'other' })];
    const first = one.add('a', 1);
    const group = (await one.work(first), one.groupOf(first));
    other.add('a', 1);
    for (const stored of leases.stored.values()) other.places.remember(stored);
    expect(other.look(first)).toMatchObject({ isUnconfirmed: true });
    other.clock.nowMs = 60_000;
    await other.places.confirm(first, group);
    await other.work(other.add('b', 2));
    expect(other.look(first)).toEqual({ kind: 'held', group, replacedBy: undefined, wantedInMs: 90_000 });
    // The other one does not give it away any more, and knows that.
    await one.work(one.add('b', 2));
    expect(one.look(first)).toMatchObject({ wantedInMs: 0 });
    await one.places.yield(first, group);
    expect(leases.holders).toEqual(['a']);
    expect(one.look(first)).toMatchObject({ isUnconfirmed: true, wantedInMs: 90_000 });
  });

  it('learns that the run has lost its place', async () => {
    const leases = new FakeLeases();
    const [one, other] = [placesWith(QUEUE, { leases }), placesWith(QUEUE, { leases, instance: 'other' })];
    const first = one.add('a', 1);
    const group = (await one.work(first), one.groupOf(first));
    for (const stored of leases.stored.values()) other.places.remember(stored);
    await other.work(other.add('b', 2));
    await other.places.giveBack(group.id, () => Promise.resolve(new Set(['team-a'])));
    one.clock.nowMs = 10_000;
    await one.places.confirm(first, group);
    expect(one.look(first)).toMatchObject({ kind: 'outside' });
  });
});

describe('after a change of the leader', () => {
  const GROUPED = { ...QUEUE, group: 'g' };

  it('no place is given in a namespace before the groups of all its runs are known', async () => {
    const { add, work, places, leases, woken, state } = placesWith(GROUPED, { compiled: false });
    const [older, younger, other] = [add('a', 1), add('b', 2), add('c', 3, { namespace: 'other' })];
    for (const run of [older, younger]) places.expect(run);
    expect(await work(younger)).toBe('notYet');
    expect(await work(other)).toBe('held');
    expect(woken()).toEqual([]);
    expect(await work(older)).toBe('held');
    expect(leases.holders).toEqual(['c', 'a']);
    // It is told that its turn could have come.
    expect(woken()).toContain('b');
    expect(await work(younger)).toBe('wait');
    expect(state.isCompiled).toBe(false);
  });

  it('a run that cannot start, or that was deleted, holds up nobody', async () => {
    const { add, work, places, woken } = placesWith(GROUPED, { compiled: false });
    const [oldest, older, younger] = [add('a', 1), add('b', 2), add('c', 3)];
    for (const run of [oldest, older, younger]) places.expect(run);
    expect(await work(younger)).toBe('notYet');
    places.leave(oldest);
    expect(woken()).toEqual([]);
    places.ended(older);
    expect(woken()).toEqual(['c']);
    expect(await work(younger)).toBe('held');
  });

  it('the full queue refuses nobody by mistake, and admits nobody by mistake', async () => {
    const { add, work, places } = placesWith({ ...GROUPED, maxQueued: 1 }, { compiled: false });
    await work(add('first', 0));
    const [older, younger] = [add('a', 1), add('b', 2)];
    for (const run of [older, younger]) places.expect(run);
    expect([await work(younger), await work(older), await work(younger)]).toEqual(['notYet', 'wait', 'refused']);
  });

  it('runs whose template names no group, or is compiled, are in the line at once', async () => {
    for (const harness of [placesWith(QUEUE, { compiled: false }), placesWith(GROUPED)]) {
      const [older, younger] = [harness.add('a', 1), harness.add('b', 2)];
      for (const run of [younger, older]) harness.places.expect(run);
      expect(harness.places.waiting).toBe(2);
      expect([await harness.work(younger), await harness.work(older)]).toEqual(['wait', 'held']);
    }
  });

  it('runs that have finished, or have a Job, are not waited for', async () => {
    const { add, work, places } = placesWith(GROUPED, { compiled: false });
    places.expect(add('a', 1, { status: { phase: 'Running', jobUid: 'its-job' } }));
    places.expect(add('b', 1, { status: { conditions: [{ type: 'Finished', status: 'True' }] } }));
    expect(await work(add('c', 2))).toBe('held');
  });
});

describe('10,000 runs in 1,000 groups', () => {
  it('that wait cost no request each, and are woken when it is their turn', async () => {
    const { add, work, places, leases, groupOf, woken } = placesWith({ ...QUEUE, group: '$(params.customer)' });
    const byCustomer = Array.from({ length: 1_000 }, (_, customer) =>
      Array.from({ length: 10 }, (_, index) => add(`${customer}-${index}`, index, { customer: String(customer) })),
    );
    const runs = byCustomer.flat();
    for (const run of runs) places.arrive(run);
    for (const run of runs) await work(run);
    expect([places.waiting, leases.sent.length]).toEqual([9_000, 1_000]);
    woken();
    const group = groupOf(byCustomer[7]![0]!);
    await places.giveBack(group.id, () => Promise.resolve(new Set(['team-7-0'])));
    expect([woken(), leases.sent.length]).toEqual([['7-1'], 1_001]);
  });
});
