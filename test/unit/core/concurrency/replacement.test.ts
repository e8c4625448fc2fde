import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concurrencyOf } from '../../../../core/concurrency/concurrency-policy.ts';
import type { Holder } from '../../../../core/concurrency/members.ts';
import { replacementIn } from '../../../../core/concurrency/replacement.ts';
import { isOlder, WaitingLine, type Member, type Waiter } from '../../../../core/concurrency/waiting-line.ts';

/** The rule, as it is written: slow, and easy to understand. */
function byRule(holders: readonly Holder[], line: WaitingLine, member: Member): Waiter | undefined {
  const isWaiting = line.get(member.uid) !== undefined;
  const newer = line
    .waiters()
    .filter((other) => (isWaiting ? isOlder(member, other) : member.created <= other.created));
  const newerHolders = holders.filter((holder) => !holder.isFinished && isOlder(member, holder));
  const count = newer.length + newerHolders.length;
  const found = newer.findLast(({ concurrency: { policy, limit } }) => policy === 'Replace' && count >= limit);
  if (found || !isWaiting) return found;
  const ahead = holders.length + line.rank(member.uid);
  return newer.findLast(({ concurrency: { policy, limit } }) => policy === 'ReplaceQueued' && ahead >= limit);
}

const policies = fc.record({
  policy: fc.constantFrom('Queue', 'Replace', 'ReplaceQueued', 'Forbid'),
  limit: fc.integer({ min: 1, max: 4 }),
});
const runs = fc.array(
  fc.tuple(fc.constantFrom('1', '2', '3', '4'), policies, fc.constantFrom('waits', 'holds', 'ends')),
  {
    maxLength: 10,
  },
);

it('is the newest run whose policy replaces this one, in groups of any kind', () => {
  fc.assert(
    fc.property(runs, fc.infiniteStream(fc.string({ minLength: 1, maxLength: 2 })), (given, uids) => {
      const line = new WaitingLine();
      const holders: Holder[] = [];
      const members: Member[] = [];
      for (const [index, [created, concurrency, state]] of given.entries()) {
        const uid = `${String(uids.next().value)}-${index}`;
        const member = { key: `team/${uid}`, uid, created };
        members.push(member);
        if (state === 'waits') line.add({ ...member, concurrency: concurrencyOf({ runs: { concurrency } })! });
        else holders.push({ ...member, isFinished: state === 'ends' });
      }
      const replacement = replacementIn({ holders, line });
      for (const member of members) expect(replacement(member)?.uid).toBe(byRule(holders, line, member)?.uid);
    }),
    { numRuns: 500 },
  );
});
