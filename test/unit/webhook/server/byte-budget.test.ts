import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../webhook/server/byte-budget.ts';

const { signal: never } = new AbortController();

/** Requests so many bytes, and notes when it gets them. */
function request(budget: ByteBudget, bytes: number, signal = never) {
  const state = { isServed: false, free: (): void => undefined };
  const served = budget.take(bytes, signal).then((free) => {
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

  it('is whole again after any requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 30 }), async (all) => {
        const budget = new ByteBudget(10);
        const requests = all.map(([bytes, givesUp]) => {
          const gone = new AbortController();
          const { state, served } = request(budget, bytes, gone.signal);
          return { state, served, gone, givesUp };
        });
        for (const { gone, givesUp } of requests) if (givesUp) gone.abort();
        for (const { state, served } of requests) {
          await served;
          state.free();
        }
        const whole = request(budget, 10);
        await whole.served;
        expect(whole.state.isServed).toBe(true);
      }),
    );
  });
});
