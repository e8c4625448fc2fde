import type { Holder, Members } from './members.ts';
import { isOlder, type Member, type Waiter, type WaitingLine } from './waiting-line.ts';

/**
 * The newer run of a group that replaces a run, if one does. Replace leaves the newest runs, as many as its limit;
 * ReplaceQueued leaves the runs that have a place or get one now, and of the others the newest. Of two runs of the same
 * second, the one that has a place is the older one.
 *
 * The group is read once, so that the question can be asked for each of its runs.
 */
export function replacementIn({
  holders,
  line,
}: Pick<Members, 'holders' | 'line'>): (member: Member) => Waiter | undefined {
  const unfinished = holders.filter(({ isFinished }) => !isFinished).toSorted(byAge);
  const replacing = newestByLimit(line, 'Replace');
  const replacingQueued = newestByLimit(line, 'ReplaceQueued');
  return (member) => {
    const isWaiting = line.get(member.uid) !== undefined;
    const firstNewer = isWaiting ? line.rank(member.uid) + 1 : line.rankOfTime(member.created);
    const newest = (of: readonly Ranked[], count: number): Waiter | undefined => {
      const found = of.find(({ waiter }) => waiter.concurrency.limit <= count);
      return found && found.rank >= firstNewer ? found.waiter : undefined;
    };
    const newer = line.size - firstNewer + countNewer(unfinished, member);
    return (
      newest(replacing, newer) ?? (isWaiting ? newest(replacingQueued, holders.length + firstNewer - 1) : undefined)
    );
  };
}

interface Ranked {
  waiter: Waiter;
  rank: number;
}

/** The newest waiting run with each limit and this policy, without those that a newer one with a lower limit makes superfluous. */
function newestByLimit(line: WaitingLine, policy: Waiter['concurrency']['policy']): Ranked[] {
  const found: Ranked[] = [];
  const waiters = line.waiters();
  let lowest = Infinity;
  for (let rank = waiters.length - 1; rank >= 0 && lowest > 1; rank -= 1) {
    const waiter = waiters[rank];
    if (waiter?.concurrency.policy !== policy || waiter.concurrency.limit >= lowest) continue;
    lowest = waiter.concurrency.limit;
    found.push({ waiter, rank });
  }
  return found;
}

/** @param holders the oldest first */
function countNewer(holders: readonly Holder[], member: Member): number {
  let [low, high] = [0, holders.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const holder = holders[middle];
    if (holder && isOlder(member, holder)) high = middle;
    else low = middle + 1;
  }
  return holders.length - low;
}

function byAge(a: Member, b: Member): number {
  if (isOlder(a, b)) return -1;
  return isOlder(b, a) ? 1 : 0;
}
