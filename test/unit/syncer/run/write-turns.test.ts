import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { WorkQueue } from '../../../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../../../kube/controller/work-queue.ts';
import { TURN_MS } from '../../../../core/run/creation-problem.ts';
import { NoTurnError, WriteTurns } from '../../../../syncer/run/write-turns.ts';
import type { Turn } from '../../../../syncer/run/write-turns.ts';
import { FakeTime } from '../callback/fake-time.ts';

const SLOW_MS = 2_000;
const REMEMBERED_MS = 300_000;

function begin() {
  const time = new FakeTime();
  const called: string[] = [];
  const turns = new WriteTurns({ timers: time, onTurn: (key) => called.push(key) });
  /** What the run with this key gets: a turn, or a place in the line of its namespace or of all slow ones. */
  const outcome = (key: string): 'turn' | 'waits' | 'waits as slow' => {
    try {
      turns.take(key);
      return 'turn';
    } catch (error) {
      if (!(error instanceof NoTurnError)) throw error;
      return error.isSlow ? 'waits as slow' : 'waits';
    }
  };
  const sent = (key: string): Turn => {
    const turn = turns.take(key);
    turn.sent();
    return turn;
  };
  /** After this, the namespace may have several writes in flight. */
  const speedUp = (namespace: string): void => {
    sent(`${namespace}/first`).end();
  };
  /** After this, the namespace counts as slow, and nothing is in flight. */
  const slowDown = (namespace: string): void => {
    const turn = sent(`${namespace}/first`);
    time.pass(SLOW_MS);
    turn.end();
  };
  return { time, turns, called, outcome, sent, speedUp, slowDown };
}

/** The keys of the first runs of a namespace. */
const keys = (namespace: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${namespace}/${index + 1}`);

describe('the writes of Jobs', () => {
  it('of a namespace that was not quick before are one at a time, and leave the others alone', () => {
    const { sent, outcome, called } = begin();
    const first = sent('a/1');
    expect(outcome('a/2')).toBe('waits');
    expect(outcome('b/1')).toBe('turn');
    first.end();
    expect(called).toEqual(['a/2']);
    expect(outcome('a/2')).toBe('turn');
  });

  it('of a quick namespace are at most eight at once', () => {
    const { sent, speedUp, outcome } = begin();
    speedUp('a');
    for (const key of keys('a', 8)) sent(key);
    expect(outcome('a/9')).toBe('waits');
    expect(outcome('b/1')).toBe('turn');
  });

  it('are shared equally by the quick namespaces that write at the same time', () => {
    const { sent, speedUp, outcome } = begin();
    for (const namespace of ['a', 'b']) speedUp(namespace);
    sent('b/1');
    for (const key of keys('a', 4)) sent(key);
    expect(outcome('a/5')).toBe('waits');
    for (const key of ['b/2', 'b/3', 'b/4']) expect(outcome(key)).toBe('turn');
    expect(outcome('b/5')).toBe('waits');
  });

  it('of quick namespaces leave connections to those that have none in flight', () => {
    const { sent, speedUp, outcome } = begin();
    for (const namespace of ['a', 'b', 'c', 'd']) speedUp(namespace);
    for (const key of keys('a', 8)) sent(key);
    for (const namespace of ['b', 'c', 'd']) expect(outcome(`${namespace}/1`)).toBe('turn');
    expect(outcome('c/2')).toBe('waits');
  });

  it('continue in their order, one for each that ends', () => {
    const { sent, speedUp, outcome, called } = begin();
    speedUp('a');
    const [first] = keys('a', 8).map(sent);
    for (const key of ['a/9', 'a/10']) expect(outcome(key)).toBe('waits');
    first!.end();
    expect(called).toEqual(['a/9']);
    expect(outcome('a/11')).toBe('waits');
    expect(outcome('a/9')).toBe('turn');
  });

  it('call the next run if the one that was called used no turn', () => {
    const { turns, sent, outcome, called } = begin();
    const first = sent('a/1');
    const [, ...later] = keys('a', 10);
    for (const key of later) expect(outcome(key)).toBe('waits');
    first.end();
    expect(called).toEqual(later.slice(0, 8));
    turns.next('a/2');
    expect(called).toEqual(later);
  });

  it('that are slow call those that wait, which then wait as slow ones', () => {
    const { time, sent, speedUp, outcome, called } = begin();
    speedUp('a');
    for (const key of keys('a', 8)) sent(key);
    for (const key of ['a/9', 'a/10']) expect(outcome(key)).toBe('waits');
    time.pass(SLOW_MS);
    expect(called).toEqual(['a/9', 'a/10']);
    for (const key of ['a/9', 'a/10']) expect(outcome(key)).toBe('waits as slow');
  });

  it.each<[string, boolean, (given: ReturnType<typeof begin>) => void]>([
    [
      'nobody waits',
      false,
      ({ speedUp }) => {
        speedUp('a');
      },
    ],
    [
      'a run waits for others of its namespace',
      true,
      ({ sent, outcome }) => {
        sent('a/1');
        outcome('a/2');
      },
    ],
    [
      'a run waits because its namespace is slow',
      false,
      ({ slowDown, sent, outcome }) => {
        slowDown('a');
        for (const key of keys('a', 2)) sent(key);
        outcome('a/3');
      },
    ],
  ])('are as urgent as a work queue with keys if %s: %s', (_when, expected, happens) => {
    const given = begin();
    happens(given);
    expect(given.turns.isPressed).toBe(expected);
  });

  it('of all slow namespaces together are at most two at once', () => {
    const { slowDown, outcome } = begin();
    for (const namespace of ['a', 'b', 'c']) slowDown(namespace);
    expect(outcome('a/1')).toBe('turn');
    expect(outcome('b/1')).toBe('turn');
    expect(outcome('c/1')).toBe('waits as slow');
    expect(outcome('quick/1')).toBe('turn');
  });

  it('make room for others when they are slow and there are two slow ones already', () => {
    const { time, sent } = begin();
    const writes = ['a/1', 'b/1', 'c/1', 'd/1'].map(sent);
    time.pass(SLOW_MS - 1);
    expect(writes.map(({ signal }) => signal.aborted)).toEqual([false, false, false, false]);
    time.pass(1);
    expect(writes.map(({ signal }) => signal.aborted)).toEqual([false, false, true, true]);
    expect(writes[2]!.signal.reason).toBeInstanceOf(KubeTimeoutError);
  });

  it('may be slow again once the slow ones have ended', () => {
    const { time, sent } = begin();
    for (const write of ['a/1', 'b/1', 'c/1'].map(sent)) {
      time.pass(SLOW_MS);
      write.end();
    }
    const later = sent('d/1');
    time.pass(SLOW_MS);
    expect(later.signal.aborted).toBe(false);
  });

  it('count as slow while they are in flight, also if they began before', () => {
    const { time, sent, slowDown, speedUp, outcome } = begin();
    slowDown('b');
    speedUp('a');
    for (const key of ['a/1', 'a/2']) sent(key);
    expect(outcome('b/1')).toBe('turn');
    time.pass(SLOW_MS);
    expect(outcome('b/2')).toBe('waits as slow');
  });

  it('are not slow while they wait for a connection', () => {
    const { time, turns, speedUp, outcome } = begin();
    speedUp('a');
    for (const key of ['a/1', 'a/2', 'a/3']) turns.take(key);
    time.pass(SLOW_MS);
    expect(outcome('a/4')).toBe('turn');
  });

  it.each<[string, (given: ReturnType<typeof begin>, turn: Turn) => void]>([
    [
      'some minutes after the last slow one',
      ({ time }) => {
        time.pass(REMEMBERED_MS + 1);
      },
    ],
    [
      'after a quick one',
      (_given, turn) => {
        turn.sent();
        turn.end();
      },
    ],
  ])('are slow no more %s', (_when, happens) => {
    const given = begin();
    given.slowDown('a');
    const [turn] = ['a/1', 'a/2'].map((key) => given.turns.take(key));
    expect(given.outcome('a/3')).toBe('waits as slow');
    happens(given, turn!);
    given.turns.next('a/1');
    expect(given.called).toEqual(['a/3']);
    expect(given.outcome('a/3')).not.toBe('waits as slow');
  });
});

describe('the runs that wait for a turn of a slow namespace', () => {
  it('are called one after the other, namespace by namespace', () => {
    const { turns, called, slowDown, sent, outcome } = begin();
    for (const namespace of ['a', 'b']) slowDown(namespace);
    const first = sent('a/1');
    sent('a/2');
    for (const key of ['a/3', 'a/4', 'a/3', 'b/1']) expect(outcome(key)).toBe('waits as slow');
    turns.next('a/1');
    expect(called).toEqual([]);
    first.end();
    for (let i = 0; i < 5; i += 1) turns.next('a/1');
    expect(called).toEqual(['a/3', 'b/1', 'a/4']);
  });

  it('wait no longer once they have a turn', () => {
    const { time, turns, called, slowDown, sent, outcome } = begin();
    slowDown('a');
    const writes = ['a/1', 'a/2'].map(sent);
    expect(outcome('a/3')).toBe('waits as slow');
    time.pass(SLOW_MS);
    writes[0]!.end();
    writes.push(sent('a/3'));
    for (const write of writes.slice(1)) write.end();
    turns.next('a/3');
    expect(called).toEqual([]);
  });
});

describe('a run that would have to wait', () => {
  it('is noted before it does any work, and called later', () => {
    const { turns, sent, called } = begin();
    expect(turns.mustWait('a/1')).toBe(false);
    const first = sent('a/1');
    expect(turns.mustWait('a/2')).toBe(true);
    first.end();
    expect(called).toEqual(['a/2']);
    expect(turns.mustWait('a/2')).toBe(false);
  });

  it('does not wait in a slow namespace: its status says why it waits', () => {
    const { turns, sent, slowDown } = begin();
    slowDown('a');
    sent('a/1');
    expect(turns.mustWait('a/2')).toBe(false);
  });
});

describe('with the work queue', () => {
  const ticks = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await setImmediate();
  };

  it('every run gets its turn once it is called, in whatever order requests are answered', async () => {
    const run = fc.record({
      namespace: fc.constantFrom('a', 'b', 'c'),
      read: fc.nat(3),
      write: fc.nat(5),
      status: fc.nat(3),
      isAddedAgain: fc.boolean(),
      needsTurn: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 40 }), async (runs) => {
      const time = new FakeTime();
      const byKey = new Map(runs.map((one, index) => [`${one.namespace}/${index}`, one]));
      const done = new Set<string>();
      const turns = new WriteTurns({
        timers: time,
        onTurn: (key) => {
          queue.add(key);
        },
      });
      const attempt = async (key: string): Promise<WorkResult> => {
        const { read, write, status, needsTurn } = byKey.get(key)!;
        if (done.has(key)) return undefined;
        if (turns.mustWait(key)) return { afterMs: TURN_MS };
        await ticks(read);
        if (needsTurn) {
          let turn: Turn;
          try {
            turn = turns.take(key);
          } catch {
            return { afterMs: TURN_MS };
          }
          turn.sent();
          await ticks(write);
          turn.end();
        }
        done.add(key);
        await ticks(status);
        return undefined;
      };
      const work = async (key: string): Promise<WorkResult> =>
        attempt(key).finally(() => {
          turns.next(key);
        });
      const queue = new WorkQueue({ workers: 6, mostActive: 9, work, onError: () => undefined, timers: time });
      queue.start();
      for (const [key, { isAddedAgain }] of byKey) {
        queue.add(key);
        if (isAddedAgain)
          void setImmediate().then(() => {
            queue.add(key);
          });
      }
      // No timer fires: no run is found only by its late second look.
      await ticks(60 * runs.length);
      expect(done.size).toBe(runs.length);
      await queue.stop();
    });
    await fc.assert(property, { numRuns: 50 });
  });
});
