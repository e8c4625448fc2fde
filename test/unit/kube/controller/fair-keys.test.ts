import { describe, expect, it } from 'vitest';
import { FairKeys } from '../../../../kube/controller/fair-keys.ts';

function keysOf(...keys: string[]): FairKeys {
  const waiting = new FairKeys((key) => key.slice(0, 1));
  keys.forEach((key, index) => {
    waiting.add(key, index);
  });
  return waiting;
}

function allOf(waiting: FairKeys, isFree: (group: string) => boolean = () => true): string[] {
  const taken: string[] = [];
  for (let next = waiting.take(isFree); next; next = waiting.take(isFree)) taken.push(next.key);
  return taken;
}

describe('fair keys', () => {
  it('take turns by group, and keep their order within it', () => {
    expect(allOf(keysOf('a1', 'a2', 'a3', 'b1', 'c1', 'b2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('of a group that is not free keep waiting', () => {
    const waiting = keysOf('a1', 'b1', 'a2');
    expect(allOf(waiting, (group) => group !== 'a')).toEqual(['b1']);
    expect(waiting.size).toBe(2);
    expect(allOf(waiting)).toEqual(['a1', 'a2']);
  });

  it('have the time at which they were added', () => {
    expect(keysOf('a1').take(() => true)).toEqual({ key: 'a1', group: 'a', addedAt: 0 });
    expect(keysOf().take(() => true)).toBeUndefined();
  });

  it('are counted, and found', () => {
    const waiting = keysOf('a1', 'b1');
    expect([waiting.size, waiting.has('a1'), waiting.has('a2'), waiting.has('c1')]).toEqual([2, true, false, false]);
    waiting.take(() => true);
    expect([waiting.size, waiting.has('a1')]).toEqual([1, false]);
  });

  it('can be deleted', () => {
    const waiting = keysOf('a1', 'b1', 'a2');
    expect([waiting.delete('a1'), waiting.delete('b1'), waiting.delete('b1'), waiting.delete('a3')]).toEqual([
      0,
      1,
      undefined,
      undefined,
    ]);
    expect(waiting.size).toBe(1);
    expect(allOf(waiting)).toEqual(['a2']);
  });
});
