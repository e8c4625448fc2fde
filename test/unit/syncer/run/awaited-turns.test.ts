import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AwaitedTurns } from '../../../../syncer/run/awaited-turns.ts';
import type { Turn } from '../../../../syncer/run/write-turns.ts';
import { FakeTime } from '../callback/fake-time.ts';

const SLOW_MS = 2_000;

function begin() {
  const time = new FakeTime();
  const called: string[] = [];
  const turns = new AwaitedTurns({
    timers: time,
    onTurn: (key) => called.push(key),
  });
  const sent = async (key: string): Promise<Turn> => {
    const taken = await turns.take(key);
    taken.sent();
    return taken;
  };
  /** What the run with this key gets, now or later. */
  const outcomes: string[] = [];
  const take = (key: string): void => {
    turns.take(key).then(
      ({ sent: send }) => {
        send();
        outcomes.push(key);
      },
      (error: unknown) => outcomes.push(`${key}: ${String(error)}`),
    );
  };
  return { time, turns, called, sent, take, outcomes };
}

describe('a write that is quick in most namespaces', () => {
  it('waits for its turn', async () => {
    const { sent, take, outcomes, called } = begin();
    const first = await sent('a/1');
    for (const key of ['a/2', 'b/1', 'a/3']) take(key);
    await turn();
    expect(outcomes).toEqual(['b/1']);
    first.end();
    await turn();
    expect(outcomes).toEqual(['b/1', 'a/2', 'a/3']);
    expect(called).toEqual([]);
  });

  it('waits no more once its namespace is slow, and its run is called when it is its turn', async () => {
    const { time, turns, sent, take, outcomes, called } = begin();
    const first = await sent('a/1');
    const others = [await sent('b/1'), await sent('c/1')];
    for (const key of ['a/2', 'a/3']) take(key);
    await turn();
    time.pass(SLOW_MS);
    await turn();
    const slow = 'NoTurnError: other objects of the namespace are written first, which is slow';
    expect(outcomes).toEqual([`a/2: ${slow}`, `a/3: ${slow}`]);
    for (const { end } of [first, ...others]) end();
    turns.next('a/1');
    expect(called).toEqual(['a/2']);
  });

  it('of one run may be two at once', async () => {
    const { sent, take, outcomes } = begin();
    const first = await sent('a/1');
    for (const key of ['a/2', 'a/2']) take(key);
    first.end();
    await turn();
    expect(outcomes).toEqual(['a/2', 'a/2']);
  });
});
