import type { AuditEvent } from '../../local-kubernetes/control-plane/audit-log.ts';
import type { Job } from '../../api/wire.ts';
import { createsJob } from './checker.ts';

interface Change {
  at: string;
  by: 1 | -1;
}

/** How many Jobs of each group ran at the same time, at most. */
export function mostAtOnce(events: readonly AuditEvent[], jobs: readonly Job[], groupOf: (job: Job) => string) {
  const [created, ended] = [createdAt(events), endedAt(events)];
  const changes = new Map<string, Change[]>();
  for (const job of jobs) {
    const name = job.metadata?.name ?? '';
    const group = groupOf(job);
    const known = changes.get(group) ?? [];
    changes.set(group, known);
    // A creation whose request was cut off is not logged as one. The Job is at most a second older than it says.
    const start = created.get(name) ?? new Date(Date.parse(job.metadata?.creationTimestamp ?? '') + 1000).toISOString();
    known.push({ at: start, by: 1 });
    const end = ended.get(name);
    if (end !== undefined) known.push({ at: end, by: -1 });
  }
  return new Map(Array.from(changes, ([group, of]) => [group, highest(of)]));
}

/** When each Job existed for certain. */
function createdAt(events: readonly AuditEvent[]): Map<string, string> {
  const created = events.filter((event) => createsJob(event) && event.responseStatus?.code === 201);
  return new Map(created.map(({ objectRef, stageTimestamp }) => [objectRef?.name ?? '', stageTimestamp]));
}

/** When the end of each Job was sent: it may have been stored from then on. Nobody else writes the status of these Jobs. */
function endedAt(events: readonly AuditEvent[]): Map<string, string> {
  const ended = new Map<string, string>();
  for (const { verb, objectRef, requestReceivedTimestamp: at } of events) {
    const isStatus = verb === 'patch' && objectRef?.resource === 'jobs' && objectRef.subresource === 'status';
    if (!isStatus) continue;
    const name = objectRef.name ?? '';
    const known = ended.get(name);
    if (known === undefined || at < known) ended.set(name, at);
  }
  return ended;
}

/** Of changes at the same moment, ends come first. */
function highest(changes: readonly Change[]): number {
  const inOrder = changes.toSorted((a, b) => (a.at === b.at ? a.by - b.by : a.at < b.at ? -1 : 1));
  let [count, most] = [0, 0];
  for (const { by } of inOrder) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
}
