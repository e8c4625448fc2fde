import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { HolderEntry } from '../../../../core/concurrency/group-lease.ts';
import type { HolderState } from '../../../../syncer/concurrency/holder-check.ts';
import { PlaceRelease } from '../../../../syncer/concurrency/place-release.ts';

const GROUP = 'team/group/g';

const started: PlaceRelease[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((release) => release.stop()));
});

/** `stateOf` gets how often the holder was checked before. */
async function given(holders: HolderEntry[], stateOf: (uid: string, before: number) => HolderState) {
  const checks = new Map<string, number>();
  let left = holders;
  const release = new PlaceRelease({
    places: {
      remember: () => undefined,
      arrive: () => undefined,
      expect: () => undefined,
      giveBack: async (_id, find) => {
        const ended = await find(left);
        left = left.filter(({ uid }) => !ended.has(uid));
      },
    },
    leases: {
      // eslint-disable-next-line @typescript-eslint/require-await
      list: async function* () {
        yield* [];
      },
    },
    holders: {
      stateOf: (_namespace, { uid }) => {
        const before = checks.get(uid) ?? 0;
        checks.set(uid, before + 1);
        return Promise.resolve(stateOf(uid, before));
      },
    },
    runs: { get: () => undefined, list: () => [] },
    isInShard: () => true,
    outage: {
      failed: (error) => {
        throw error;
      },
    },
    clock: { monotonic: () => performance.now() },
    logger: pino({ level: 'silent' }),
  });
  started.push(release);
  await release.start();
  return { release, left: () => left.map(({ uid }) => uid), checks: (uid: string) => checks.get(uid) ?? 0 };
}

const holder = (uid: string): HolderEntry => ({ name: 'a', uid, created: '2026-11-29T10:00:00Z' });

it('the place of a deleted run is given back once its Pods have ended, though another run has its name', async () => {
  const { release, left } = await given([holder('old'), holder('new')], (uid, before) => {
    if (uid === 'new') return 'underWay';
    return before === 0 ? 'ending' : 'ended';
  });
  release.check(GROUP);
  await expect.poll(left, { timeout: 20_000 }).toEqual(['new']);
});

it('a change of the run checks the group whose Pods still run', async () => {
  let isEnding = true;
  const { release, left, checks } = await given([holder('old')], () => (isEnding ? 'ending' : 'ended'));
  release.check(GROUP);
  await expect.poll(() => checks('old'), { timeout: 20_000 }).toBeGreaterThan(0);
  isEnding = false;
  release.touched('team/a');
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);
});

it('an error concerns one run: the places of the others are given back, and it is checked again', async () => {
  const { release, left } = await given([holder('broken'), holder('fine')], (uid, before) => {
    if (uid === 'broken' && before < 2) throw new Error('the API server refuses');
    return 'ended';
  });
  release.check(GROUP);
  await expect.poll(left, { timeout: 20_000 }).toEqual(['broken']);
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);
});

it('a run whose Pods still run is not read again whenever its group is checked', async () => {
  let others = 0;
  const { release, checks } = await given([holder('old'), holder('other')], (uid) => {
    if (uid === 'old') return 'ending';
    others += 1;
    return 'underWay';
  });
  for (let index = 0; index < 20; index += 1) {
    const before = others;
    release.check(GROUP);
    await expect.poll(() => others, { interval: 1 }).toBeGreaterThan(before);
  }
  // One a second at most.
  expect(checks('old')).toBeLessThan(5);
});
