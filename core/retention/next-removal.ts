import type { Outcome } from './removable-run.ts';
import type { RetentionPolicy } from './retention-policy.ts';
import type { FinishedRun, RunHistory } from './run-history.ts';

/** Why a run is removed. */
export type RemovalReason = 'ttl' | 'successful-limit' | 'failed-limit';

/** The removable runs of one template in one namespace. */
export type Histories = Readonly<Record<Outcome, Pick<RunHistory, 'size' | 'oldest'>>>;

/** The run to remove now, or when to check again; `undefined` if only an event can change anything. */
export type NextRemoval = { run: FinishedRun; reason: RemovalReason } | { afterMs: number } | undefined;

/** Decides which run is removed next: the one that finished first of those that the policy does not retain. */
export function nextRemoval(histories: Histories, policy: RetentionPolicy, nowMs: number): NextRemoval {
  const { successful, failed } = histories;
  const candidates = [
    ...ofHistory(successful, { ...policy, limit: policy.successfulRunsHistoryLimit, reason: 'successful-limit' }),
    ...ofHistory(failed, { ...policy, limit: policy.failedRunsHistoryLimit, reason: 'failed-limit' }),
  ].sort((a, b) => a.run.finishedMs - b.run.finishedMs);
  const due = candidates.find(({ atMs }) => atMs <= nowMs);
  if (due) return { run: due.run, reason: due.reason };
  const [first] = candidates;
  return first && { afterMs: first.atMs - nowMs };
}

interface Candidate {
  run: FinishedRun;
  reason: RemovalReason;
  atMs: number;
}

interface Rule extends Pick<RetentionPolicy, 'ttlSecondsAfterFinished'> {
  limit: number | undefined;
  reason: RemovalReason;
}

function ofHistory(history: Histories[Outcome], rule: Rule): Candidate[] {
  const { ttlSecondsAfterFinished: ttl, limit = Infinity, reason } = rule;
  const run = history.oldest();
  if (run === undefined) return [];
  if (history.size > limit) return [{ run, reason, atMs: -Infinity }];
  return ttl === undefined ? [] : [{ run, reason: 'ttl', atMs: run.finishedMs + ttl * 1000 }];
}
