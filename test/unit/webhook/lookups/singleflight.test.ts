import { describe, expect, test, vi } from 'vitest';
import { Singleflight } from '../../../../webhook/lookups/singleflight.ts';

test('a call during the work shares the next run, never the current one', async () => {
  const singleflight = new Singleflight<number>();
  const gates: (() => void)[] = [];
  let begun = 0;
  const work = async (): Promise<number> => {
    begun += 1;
    const mine = begun;
    await new Promise<void>((resolve) => gates.push(resolve));
    return mine;
  };
  const first = singleflight.run('a', work);
  const second = singleflight.run('a', work);
  const third = singleflight.run('a', work);
  const other = singleflight.run('b', work);
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

test('a failure reaches only the callers that shared the work', async () => {
  const singleflight = new Singleflight<string>();
  const failing = singleflight.run('a', () => Promise.reject(new Error('no')));
  const next = singleflight.run('a', () => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await singleflight.run('a', () => Promise.resolve('again'))).toBe('again');
});

test('work starts at most once in the interval, and the key is forgotten after it', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  try {
    let starts = 0;
    const work = () => Promise.resolve((starts += 1));
    const singleflight = new Singleflight<number>(50);
    expect(await singleflight.run('a', work)).toBe(1);
    const second = singleflight.run('a', work);
    const third = singleflight.run('a', work);
    await vi.advanceTimersByTimeAsync(49);
    expect(starts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    await vi.advanceTimersByTimeAsync(50);
    expect(await singleflight.run('a', work)).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

/** Whether a call starts its work at once: nothing of the key is remembered. */
function startsAtOnce<T>(singleflight: Singleflight<T>, key: string): boolean {
  let started = false;
  void singleflight.run(key, () => {
    started = true;
    return new Promise<T>(() => undefined);
  });
  return started;
}

describe('what is in flight', () => {
  test('is forgotten when the work is over, whether it succeeded or failed', async () => {
    const singleflight = new Singleflight<string>();
    await singleflight.run('a', () => Promise.resolve('yes'));
    await singleflight.run('b', () => Promise.reject(new Error('no'))).catch(() => undefined);
    await new Promise(setImmediate);
    expect(['a', 'b'].map((key) => startsAtOnce(singleflight, key))).toEqual([true, true]);
  });

  test('is remembered for the interval, so that the next call waits', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    try {
      const singleflight = new Singleflight<string>(50);
      await Promise.all(['a', 'b'].map((key) => singleflight.run(key, () => Promise.resolve('yes'))));
      await vi.advanceTimersByTimeAsync(49);
      expect(startsAtOnce(singleflight, 'a')).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(startsAtOnce(singleflight, 'b')).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is not forgotten by an earlier flight with the same key, or while callers wait for the next one', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    try {
      const singleflight = new Singleflight<number>(50);
      let starts = 0;
      const gates: (() => void)[] = [];
      const work = async (): Promise<number> => {
        starts += 1;
        await new Promise<void>((resolve) => gates.push(resolve));
        return starts;
      };
      const first = singleflight.run('a', work);
      const second = singleflight.run('a', work);
      gates[0]?.();
      await first;
      // The second begins at 50 ms. The first would be forgotten at the same moment.
      await vi.advanceTimersByTimeAsync(50);
      expect(starts).toBe(2);
      const third = singleflight.run('a', work);
      await vi.advanceTimersByTimeAsync(200);
      expect(starts).toBe(2);
      gates[1]?.();
      await second;
      await vi.advanceTimersByTimeAsync(0);
      expect(starts).toBe(3);
      gates[2]?.();
      expect(await third).toBe(3);
      await vi.advanceTimersByTimeAsync(50);
      expect(startsAtOnce(singleflight, 'a')).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
