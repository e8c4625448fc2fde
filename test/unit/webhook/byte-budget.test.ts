import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../webhook/byte-budget.ts';

const { signal: never } = new AbortController();

/** Requests so many bytes, and notes when it gets them. */
function request(budget: ByteBudget, bytes: number, signal = never, group?: string) {
  const state = { isServed: false, free: (): void => undefined };
  const served = budget.take(bytes, signal, group).then((free) => {
    state.isServed = free !== undefined;
    state.free = free ?? state.free;
  });
  return { state, served };
}

describe('a budget of bytes', () => {
  it('serves what fits at once, and the rest in order', async () => {
    const budget = new ByteBudget(10);
    const [a, b, c, d] = [6, 4, 5, 1].map((bytes) => request(budget, bytes).state);
    await turn();
    expect([a, b, c, d].map((one) => one?.isServed)).toEqual([true, true, false, false]);
    b?.free();
    await turn();
    // A smaller one does not overtake.
    expect([c?.isServed, d?.isServed]).toEqual([false, false]);
    a?.free();
    await turn();
    expect([c?.isServed, d?.isServed]).toEqual([true, true]);
  });

  it('serves more than it has when everything is free', async () => {
    const budget = new ByteBudget(10);
    const small = request(budget, 1).state;
    const large = request(budget, 1000).state;
    await turn();
    expect(large.isServed).toBe(false);
    small.free();
    await turn();
    expect(large.isServed).toBe(true);
  });

  it('forgets who gave up, and serves the next', async () => {
    const budget = new ByteBudget(10);
    const first = request(budget, 8).state;
    const gone = new AbortController();
    const second = request(budget, 8, gone.signal).state;
    const third = request(budget, 2).state;
    gone.abort();
    await turn();
    expect([second.isServed, third.isServed]).toEqual([false, true]);
    first.free();
    first.free();
    await turn();
    const fourth = request(budget, 8).state;
    const fifth = request(budget, 1).state;
    await turn();
    expect([fourth.isServed, fifth.isServed]).toEqual([true, false]);
  });

  it('is taken at once only if nobody waits', async () => {
    const budget = new ByteBudget(10);
    const free = budget.takeNow(6);
    expect([free === undefined, budget.takeNow(5)]).toEqual([false, undefined]);
    const waiting = request(budget, 10).state;
    expect(budget.takeNow(1)).toBeUndefined();
    free?.();
    await turn();
    expect(waiting.isServed).toBe(true);
    waiting.free();
    expect(budget.takeNow(1000)).toBeDefined();
    expect(budget.takeNow(1)).toBeUndefined();
  });

  it('serves groups in turn, and each group in order', async () => {
    const budget = new ByteBudget(10);
    const order: string[] = [];
    const first = request(budget, 10).state;
    const gone = new AbortController();
    const waiting = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2', 'd1'].map((name) => {
      const { state, served } = request(budget, 10, name === 'd1' ? gone.signal : never, name.slice(0, 1));
      return served.then(() => {
        if (state.isServed) order.push(name);
        state.free();
      });
    });
    gone.abort();
    await turn();
    first.free();
    await Promise.all(waiting);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('serves a group that has just come after one request of each other group', async () => {
    const budget = new ByteBudget(10);
    const first = request(budget, 10).state;
    const [a1, a2] = [1, 2].map(() => request(budget, 10, never, 'a').state);
    await turn();
    first.free();
    await turn();
    const b1 = request(budget, 10, never, 'b').state;
    a1?.free();
    await turn();
    expect([a2?.isServed, b1.isServed]).toEqual([true, false]);
    request(budget, 10, never, 'a');
    a2?.free();
    await turn();
    expect(b1.isServed).toBe(true);
  });

  it('is whole again after any requests', async () => {
    const any = fc.tuple(fc.nat(20), fc.boolean(), fc.constantFrom('a', 'b', 'c'));
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 30 }), async (all) => {
        const budget = new ByteBudget(10);
        const requests = all.map(([bytes, givesUp, group]) => {
          const gone = new AbortController();
          const { state, served } = request(budget, bytes, gone.signal, group);
          return { state, served, gone, givesUp };
        });
        for (const { gone, givesUp } of requests) if (givesUp) gone.abort();
        await Promise.all(
          requests.map(async ({ state, served }) => {
            await served;
            state.free();
          }),
        );
        const whole = request(budget, 10);
        await whole.served;
        expect(whole.state.isServed).toBe(true);
      }),
    );
  });
});
