import { REASON_CONCURRENCY_FORBIDDEN, REASON_QUEUE_FULL } from '../../api/names.ts';
import { rule, underWay } from './admission-errors.ts';
import type { Members } from './members.ts';
import { replacementIn } from './replacement.ts';
import type { Member, Waiter } from './waiting-line.ts';

/** What happens to a run that has no place. */
export type PlaceVerdict =
  | { kind: 'take' }
  | { kind: 'wait' }
  /** It is not known yet who else waits. */
  | { kind: 'notYet' }
  | { kind: 'refused'; reason: string; message: string }
  /** `by`: the name of the newer run. */
  | { kind: 'replaced'; by: string };

/**
 * Decides whether a run of the line gets a place. Older runs go first, so that no run is overtaken for ever. A run
 * that waits in a queue is not refused: a lower limit applies to new runs. With Forbid, there is no queue: a run waits only
 * for Pods of runs that have finished.
 */
export function placeVerdict({ group, holders, line }: Members, waiter: Waiter, isQueued: boolean): PlaceVerdict {
  const { concurrency } = waiter;
  const by = replacedBy({ holders, line }, waiter);
  if (by !== undefined) return { kind: 'replaced', by };
  const ahead = holders.length + line.rank(waiter.uid);
  if (ahead < concurrency.limit) return { kind: 'take' };
  const unfinished = holders.filter(({ isFinished }) => !isFinished);
  const refused = (reason: string, others: readonly Member[]): PlaceVerdict => {
    return { kind: 'refused', reason, message: `${rule(concurrency, group)}; ${underWay(others.map(nameOf))}` };
  };
  if (concurrency.policy === 'Forbid') {
    // The place of an older run may not be stored yet.
    const others = [...unfinished, ...line.waiters().slice(0, line.rank(waiter.uid))];
    return others.length < concurrency.limit ? { kind: 'wait' } : refused(REASON_CONCURRENCY_FORBIDDEN, others);
  }
  if (isQueued) return { kind: 'wait' };
  const queued = ahead - Math.max(concurrency.limit, holders.length);
  if (concurrency.policy === 'Queue' && queued >= concurrency.maxQueued) return refused(REASON_QUEUE_FULL, unfinished);
  return { kind: 'wait' };
}

/** The name of the newer run of the group that replaces this one. */
export function replacedBy(members: Pick<Members, 'holders' | 'line'>, member: Member): string | undefined {
  const found = replacementIn(members)(member);
  return found && nameOf(found);
}

/** The runs of the line that have to be worked on: those that get a place, and those that are refused or replaced. */
export function runsToWake(members: Members): string[] {
  const { holders, line } = members;
  return line
    .waiters()
    .filter((waiter, rank) => {
      const { policy, limit } = waiter.concurrency;
      return holders.length + rank < limit || policy === 'Forbid';
    })
    .map(({ key }) => key);
}

function nameOf({ key }: Member): string {
  return key.slice(key.indexOf('/') + 1);
}
