import { expect, test } from 'vitest';
import { Coalesced } from '../../../../webhook/lookups/coalesced.ts';
import { inTime } from '../../../../webhook/lookups/in-time.ts';
import { Remembered } from '../../../../webhook/lookups/remembered.ts';

test('who comes while work is under way shares the next, never the one before', async () => {
  const coalesced = new Coalesced<number>();
  const gates: (() => void)[] = [];
  let begun = 0;
  const work = async (): Promise<number> => {
    begun += 1;
    const mine = begun;
    await new Promise<void>((resolve) => gates.push(resolve));
    return mine;
  };
  const first = coalesced.run('a', work);
  const second = coalesced.run('a', work);
  const third = coalesced.run('a', work);
  const other = coalesced.run('b', work);
  expect(begun).toBe(2);
  gates.forEach((open) => {
    open();
  });
  expect(await first).toBe(1);
  expect(await other).toBe(2);
  await expect.poll(() => begun).toBe(3);
  gates.at(-1)?.();
  expect(await Promise.all([second, third])).toEqual([3, 3]);
});

test('work that fails fails for those who shared it only', async () => {
  const coalesced = new Coalesced<string>();
  const failing = coalesced.run('a', () => Promise.reject(new Error('no')));
  const next = coalesced.run('a', () => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await coalesced.run('a', () => Promise.resolve('again'))).toBe('again');
});

test('in time is what comes before the signal, otherwise the other', async () => {
  const never = new Promise<string>(() => undefined);
  const controller = new AbortController();
  const waiting = inTime(never, controller.signal, () => 'too late');
  controller.abort();
  expect(await waiting).toBe('too late');
  expect(await inTime(Promise.resolve('here'), new AbortController().signal, () => 'too late')).toBe('here');
  expect(await inTime(never, AbortSignal.abort(), () => 'too late')).toBe('too late');
});

test('a value is remembered for its time, and not beyond the number', () => {
  let now = 0;
  const remembered = new Remembered<string>({ forMs: 10, most: 2, now: () => now });
  remembered.put('a', 'A');
  now = 9;
  expect(remembered.get('a')).toBe('A');
  now = 10;
  expect(remembered.get('a')).toBeUndefined();
  for (const key of ['x', 'y', 'z']) remembered.put(key, key);
  expect(['x', 'y', 'z'].map((key) => remembered.get(key))).toEqual([undefined, 'y', 'z']);
});

test('nothing is remembered for no time', () => {
  const remembered = new Remembered<string>({ forMs: 0, most: 2 });
  remembered.put('a', 'A');
  expect(remembered.get('a')).toBeUndefined();
});
