import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WorkQueue } from '../../../../kube/controller/work-queue.ts';
import type { Priority } from '../../../../kube/controller/work-queue.ts';
import type { WorkQueueOptions, WorkResult } from '../../../../kube/controller/work-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Trial {
  queue: WorkQueue;
  /** Keys in the order in which their work began. */
  began: string[];
  /** Completes the work on a key that is in progress. */
  end: (key: string, result?: WorkResult | Error) => Promise<void>;
  errors: { key: string; delayMs: number }[];
}

function trial(options: { [Name in keyof WorkQueueOptions]?: WorkQueueOptions[Name] | undefined } = {}): Trial {
  const began: string[] = [];
  const underWay = new Map<string, PromiseWithResolvers<WorkResult>>();
  const errors: Trial['errors'] = [];
  const queue = new WorkQueue({
    workers: 2,
    work: (key) => {
      if (underWay.has(key)) throw new Error(`two at once: ${key}`);
      began.push(key);
      const work = Promise.withResolvers<WorkResult>();
      underWay.set(key, work);
      return work.promise.finally(() => underWay.delete(key));
    },
    onError: (_error, key, delayMs) => errors.push({ key, delayMs }),
    backoff: { baseMs: 100, maxMs: 1000 },
    ...options,
  } as WorkQueueOptions);
  queue.start();
  const end = async (key: string, result?: WorkResult | Error): Promise<void> => {
    const work = underWay.get(key)!;
    if (result instanceof Error) work.reject(result);
    else work.resolve(result);
    await settled();
  };
  return { queue, began, end, errors };
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('WorkQueue', () => {
  it('processes a key once, however often it was added', async () => {
    const { queue, began } = trial({ workers: 0 });
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    await settled();
    expect(began).toEqual([]);
  });

  it('processes as many keys at once in all as is set, and of one group as it has workers', async () => {
    const { queue, began } = trial({ mostActive: 3 });
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2']) queue.add(key);
    await settled();
    expect(began).toEqual(['a/1', 'a/2', 'b/1']);
  });

  it('processes as many keys at once as it has workers, in order', async () => {
    const { queue, began, end } = trial();
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await settled();
    expect(began).toEqual(['a', 'b']);
    await end('b');
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('lets groups take turns, so that many keys of one do not delay the key of another', async () => {
    const { queue, began, end } = trial({ workers: 1 });
    for (let i = 0; i < 1000; i += 1) queue.add(`many/${i}`);
    queue.add('few/0');
    queue.add('few/1');
    await settled();
    expect(began).toEqual(['many/0', 'few/0']);
    await end('few/0');
    expect(began.at(-1)).toBe('few/1');
    await end('few/1');
    expect(began).toHaveLength(3);
    await end('many/0');
    expect(began.at(-1)).toBe('many/1');
    expect(queue.depth).toBe(998);
  });

  it('leaves workers for other groups while all keys of one group are slow', async () => {
    const { queue, began } = trial({ workers: 4 });
    for (let i = 0; i < 10; i += 1) queue.add(`slow/${i}`);
    await settled();
    expect(began).toHaveLength(4);
    queue.add('other/0');
    await settled();
    expect(began.at(-1)).toBe('other/0');
  });

  describe('with a thousand keys that can wait, of as many groups', () => {
    const THOUSAND = Array.from({ length: 1000 }, (_, i) => `waiting-${i}/a`);

    it.each<[string, (queue: WorkQueue) => Promise<unknown>]>([
      [
        'because they were added with a low priority',
        async (queue) => {
          for (const key of THOUSAND) queue.add(key, 'low');
          await settled();
        },
      ],
      [
        'because they were delayed for long',
        (queue) => {
          for (const key of THOUSAND) queue.addAfter(key, 30_000);
          return vi.advanceTimersByTimeAsync(30_000);
        },
      ],
    ])('%s, processes the key of an event first', async (_why, fill) => {
      const { queue, began, end } = trial({ workers: 1 });
      await fill(queue);
      expect(queue.depth).toBe(998);
      queue.add('other/0');
      await end(began[0]!);
      expect(began.at(-1)).toBe('other/0');
    });

    it('because it was not started yet, processes the key of an event first', async () => {
      const began: string[] = [];
      const queue = new WorkQueue({
        workers: 1,
        work: (key) => Promise.resolve(void began.push(key)),
        onError: () => undefined,
      });
      for (const key of THOUSAND) queue.add(key);
      queue.start();
      queue.add('other/0');
      await settled();
      expect(began).toHaveLength(1001);
      // Both workers have work already when the event happens.
      expect(began.indexOf('other/0')).toBe(2);
    });

    it('because it was not started yet, processes first a key with a high priority', async () => {
      const began: string[] = [];
      const queue = new WorkQueue({
        workers: 1,
        work: (key) => Promise.resolve(void began.push(key)),
        onError: () => undefined,
      });
      for (const key of THOUSAND) queue.add(key);
      for (const key of THOUSAND) queue.add(key.replace('/a', '/new'), 'low');
      queue.add('waiting-500/new', 'high');
      queue.start();
      await settled();
      expect(began).toHaveLength(2000);
      expect(began[0]).toBe('waiting-500/new');
    });

    it('processes one of them in every five while there are always others', async () => {
      const { queue, began, end } = trial({ workers: 1 });
      for (const key of THOUSAND) queue.add(key, 'low');
      await settled();
      for (let i = 0; i < 100; i += 1) queue.add(`busy-${i}/a`);
      for (let i = 0; i < 50; i += 1) await end(began[i]!);
      const waited = began.slice(2, 52).filter((key) => key.startsWith('waiting'));
      expect(waited).toHaveLength(10);
    });
  });

  it.each<[Priority[], string]>([
    [['low', 'normal'], 'a'],
    [['normal', 'low'], 'a'],
    [['low', 'low'], 'b'],
    [['low', 'high'], 'a'],
  ])(
    'of a key that is added with the priorities %j, and another one, processes first: %s',
    async (priorities, first) => {
      const { queue, began, end } = trial({ workers: 1 });
      queue.add('busy/0');
      queue.add('busy-too/0');
      await settled();
      for (const priority of priorities) queue.add('a', priority);
      queue.add('b');
      await end('busy/0');
      expect(began.at(-1)).toBe(first);
    },
  );

  it('processes a key again with the highest priority that it was added with meanwhile', async () => {
    const { queue, began, end } = trial({ workers: 1 });
    queue.add('a/0');
    queue.add('busy/0');
    await settled();
    for (const priority of ['low', 'normal', 'low'] as const) queue.add('a/0', priority);
    queue.add('waiting/0', 'low');
    await end('a/0');
    expect(began.at(-1)).toBe('a/0');
  });

  it('does not process a key at once that is delayed for longer than a timer can be', async () => {
    const { queue, began } = trial();
    queue.addAfter('a', Number.MAX_SAFE_INTEGER);
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(began).toEqual([]);
    await queue.stop();
  });

  it('retries after minutes what is refused again and again', async () => {
    const { queue, began, end } = trial({ backoff: undefined });
    queue.add('a');
    await settled();
    for (let failure = 0; failure < 20; failure += 1) {
      await end('a', 'retry');
      await vi.advanceTimersByTimeAsync(120_001);
      expect(began).toHaveLength(failure + 2);
    }
    await end('a', 'retry');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(began).toHaveLength(21);
  });

  it('processes a key again that was added meanwhile, but never twice at once', async () => {
    const { queue, began, end } = trial();
    queue.add('a');
    await settled();
    queue.add('a');
    queue.add('a');
    await settled();
    expect(began).toEqual(['a']);
    await end('a');
    expect(began).toEqual(['a', 'a']);
    await end('a');
    expect(began).toEqual(['a', 'a']);
  });

  it('retries after a delay that doubles up to its limit; a success resets the delay', async () => {
    const { queue, began, end, errors } = trial();
    queue.add('a');
    await settled();
    for (let failure = 0; failure < 6; failure += 1) {
      await end('a', new Error('not now'));
      await vi.advanceTimersByTimeAsync(errors.at(-1)!.delayMs + 1);
      expect(began).toHaveLength(failure + 2);
    }
    const full = [100, 200, 400, 800, 1000, 1000];
    errors.forEach(({ delayMs }, index) => {
      expect(delayMs).toBeGreaterThanOrEqual(full[index]! / 2);
      expect(delayMs).toBeLessThanOrEqual(full[index]!);
    });
    await end('a');
    queue.add('a');
    await settled();
    await end('a', new Error('again'));
    expect(errors.at(-1)!.delayMs).toBeLessThanOrEqual(100);
  });

  it('retries a conflict without logging an error', async () => {
    const { queue, began, end, errors } = trial();
    queue.add('a');
    await settled();
    await end('a', 'retry');
    await vi.advanceTimersByTimeAsync(101);
    expect(began).toEqual(['a', 'a']);
    expect(errors).toEqual([]);
  });

  it('processes a key again at the requested time, or immediately if it is added before', async () => {
    const { queue, began, end } = trial();
    queue.add('a');
    await settled();
    await end('a', { afterMs: 5_000 });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(began).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(began).toEqual(['a', 'a']);
    await end('a', { afterMs: 5_000 });
    queue.add('a');
    await settled();
    expect(began).toEqual(['a', 'a', 'a']);
    await end('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(began).toHaveLength(3);
  });

  it('uses the earlier of two times', async () => {
    const { queue, began } = trial();
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 9_000);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(began).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(began).toEqual(['a']);
  });

  it('starts no work while it is held', async () => {
    const { queue, began } = trial();
    queue.holdFor(1_000);
    queue.add('a');
    await vi.advanceTimersByTimeAsync(999);
    expect(began).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(began).toEqual(['a']);
  });

  it('stops when the work in progress is done, and starts no more', async () => {
    const { queue, began, end } = trial({ workers: 1 });
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    await settled();
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(100);
    expect(stopped).toBe(false);
    await end('a', new Error('late'));
    await stopping;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(began).toEqual(['a']);
  });
});
