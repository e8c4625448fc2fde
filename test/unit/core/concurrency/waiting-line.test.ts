import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concurrencyOf } from '../../../../core/concurrency/concurrency-policy.ts';
import { WaitingLine, type Waiter } from '../../../../core/concurrency/waiting-line.ts';

const concurrency = concurrencyOf({ runs: { concurrency: { policy: 'Queue' } } })!;
const waiter = ([uid, created]: readonly [string, string]): Waiter => ({ key: uid, uid, created, concurrency });

it('has the runs in the order of their creation, then of their uids, whatever is added and removed', () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3'), fc.boolean()),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(changes, (steps) => {
      const line = new WaitingLine();
      const expected = new Map<string, string>();
      for (const [uid, created, isAdded] of steps) {
        if (isAdded) {
          line.add(waiter([uid, created]));
          expected.set(uid, created);
        } else {
          expect(line.remove(uid)).toBe(expected.delete(uid));
        }
        const order = Array.from(expected, ([id, at]) => `${at} ${id}`).sort();
        expect(line.waiters().map((one) => `${one.created} ${one.uid}`)).toEqual(order);
        expect(line.size).toBe(expected.size);
        for (const [rank, { uid: known }] of line.waiters().entries()) expect(line.rank(known)).toBe(rank);
      }
    }),
  );
});
