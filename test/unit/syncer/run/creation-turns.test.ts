import { describe, expect, it } from 'vitest';
import { CreationTurns } from '../../../../syncer/run/creation-turns.ts';
import type { Turn } from '../../../../syncer/run/creation-turns.ts';
import { FakeTime } from '../callback/fake-time.ts';

const SLOW_MS = 2_000;
const REMEMBERED_MS = 300_000;

function begin() {
  const time = new FakeTime();
  const called: string[] = [];
  const turns = new CreationTurns({ timers: time, onTurn: (key) => called.push(key) });
  /** The turn, or that the run waits in line, or that its worker waits. */
  const take = async (key: string): Promise<Turn | 'waits' | 'blocked'> => {
    const blocked = new Promise<'blocked'>((resolve) => setImmediate(resolve, 'blocked'));
    return Promise.race([turns.take(key).then((turn) => turn ?? 'waits'), blocked]);
  };
  const sent = async (key: string): Promise<Turn> => {
    const turn = await turns.take(key);
    if (!turn) throw new Error(`${key} has no turn`);
    turn.sent();
    return turn;
  };
  /** After this, the namespace counts as slow, and nothing is in flight. */
  const slowDown = async (namespace: string): Promise<void> => {
    const turn = await sent(`${namespace}/first`);
    time.pass(SLOW_MS);
    turn.end();
  };
  return { time, turns, called, take, sent, slowDown };
}

const isTurn = (answer: unknown): boolean => typeof answer === 'object';

describe('the creations of Jobs', () => {
  it('of one namespace are at most four at once, and leave the others alone', async () => {
    const { sent, take } = begin();
    for (const key of ['a/1', 'a/2', 'a/3', 'a/4']) await sent(key);
    expect(await take('a/5')).toBe('blocked');
    expect(isTurn(await take('b/1'))).toBe(true);
  });

  it('continue with the next one when one ends', async () => {
    const { sent, turns } = begin();
    const first = await sent('a/1');
    for (const key of ['a/2', 'a/3', 'a/4']) await sent(key);
    const fifth = turns.take('a/5');
    first.end();
    expect(isTurn(await fifth)).toBe(true);
  });

  it('that are slow let the blocked workers go, which then work for others', async () => {
    const { time, sent, turns } = begin();
    for (const key of ['a/1', 'a/2', 'a/3', 'a/4']) await sent(key);
    const blocked = ['a/5', 'a/6'].map((key) => turns.take(key));
    time.pass(SLOW_MS);
    expect(await Promise.all(blocked)).toEqual([undefined, undefined]);
  });

  it('of all slow namespaces together are at most two at once', async () => {
    const { slowDown, take } = begin();
    for (const namespace of ['a', 'b', 'c']) await slowDown(namespace);
    expect(isTurn(await take('a/1'))).toBe(true);
    expect(isTurn(await take('b/1'))).toBe(true);
    expect(await take('c/1')).toBe('waits');
    expect(isTurn(await take('quick/1'))).toBe(true);
  });

  it('count as slow while they are in flight, also if they began before', async () => {
    const { time, sent, slowDown, take } = begin();
    await slowDown('b');
    for (const key of ['a/1', 'a/2']) await sent(key);
    expect(isTurn(await take('b/1'))).toBe(true);
    time.pass(SLOW_MS);
    expect(await take('b/2')).toBe('waits');
  });

  it('are not slow while they wait for a connection', async () => {
    const { time, turns, take } = begin();
    for (const key of ['a/1', 'a/2', 'a/3']) await turns.take(key);
    time.pass(SLOW_MS);
    expect(isTurn(await take('a/4'))).toBe(true);
  });

  it('are slow no more some minutes after the last slow one', async () => {
    const { time, turns, slowDown, take } = begin();
    await slowDown('a');
    for (const key of ['a/1', 'a/2']) await turns.take(key);
    expect(await take('a/3')).toBe('waits');
    time.pass(REMEMBERED_MS + 1);
    expect(isTurn(await take('a/3'))).toBe(true);
  });
});

describe('the runs that wait for a turn', () => {
  it('are called one after the other, namespace by namespace', async () => {
    const { turns, called, slowDown, sent, take } = begin();
    for (const namespace of ['a', 'b']) await slowDown(namespace);
    const first = await sent('a/1');
    await sent('a/2');
    for (const key of ['a/3', 'a/4', 'a/3', 'b/1']) expect(await take(key)).toBe('waits');
    turns.next();
    expect(called).toEqual([]);
    first.end();
    for (let i = 0; i < 5; i += 1) turns.next();
    expect(called).toEqual(['a/3', 'b/1', 'a/4']);
  });

  it('wait no longer once they have a turn', async () => {
    const { turns, called, slowDown, sent, take } = begin();
    await slowDown('a');
    const first = await sent('a/1');
    const second = await sent('a/2');
    expect(await take('a/3')).toBe('waits');
    first.end();
    const third = await sent('a/3');
    for (const turn of [second, third]) turn.end();
    turns.next();
    expect(called).toEqual([]);
  });
});
