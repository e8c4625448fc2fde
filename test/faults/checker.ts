import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOBS } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { jobName } from '../../core/job/job-name.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { controllingRun } from '../../core/job/ownership.ts';
import { isUnpagedList, isWrite, type AuditEvent } from '../../local-kubernetes/control-plane/audit-log.ts';

/** What the API server's state and audit log show about the work of the syncers. Each list is empty if all is well. */
export interface Verdict {
  /** Runs that exist. */
  runs: number;
  /** Runs without a final status. */
  unfinished: string[];
  /** Runs for which the API server did not create exactly one Job. */
  notOneJob: string[];
  /** Jobs that were created more than once under one name, by any user. */
  createdAgain: string[];
  /** Runs whose uid owns more than one of the existing Jobs. */
  ownsMore: string[];
  /** Status writes that did not change the JobRun. */
  changedNothing: string[];
  /** Writes of a syncer while the Lease had another holder. */
  withoutLease: string[];
  /** Lists without a limit. */
  unpaged: string[];
}

export interface CheckOptions {
  client: KubeClient;
  events: readonly AuditEvent[];
  namespace: string;
  /** Users of the audit log that are syncers. */
  syncers: readonly string[];
  /** Without leader election, writes are not checked against the Lease. */
  leases?: boolean;
}

export async function check({ client, events, namespace, syncers, leases = true }: CheckOptions): Promise<Verdict> {
  const runs = await listAll<JobRun>(client, JOB_RUNS, namespace);
  const jobs = await listAll<Job>(client, JOBS, namespace);
  const created = countBy(
    events.filter((event) => createsJob(event) && event.responseStatus?.code === 201),
    ({ objectRef }) => `${objectRef?.namespace ?? ''}/${objectRef?.name ?? ''}`,
  );
  // An API server that is killed, or whose etcd is killed, does not log each create that took effect, or logs it as a
  // failure (504 if the client disconnected). Then the Job itself is the evidence.
  for (const { metadata } of jobs) {
    const key = `${namespace}/${metadata?.name ?? ''}`;
    if (!created.has(key)) created.set(key, 1);
  }
  const owned = countBy(jobs, (job) => controllingRun(job)?.uid ?? '');
  const own = events.filter((event) => syncers.includes(event.user.username));
  const names = runs.map(({ metadata }) => [metadata.name ?? '', jobName(metadata.name ?? '', metadata.uid ?? '')]);
  return {
    runs: runs.length,
    unfinished: runs.filter((run) => !isFinished(run)).map(({ metadata }) => metadata.name ?? ''),
    notOneJob: names.flatMap(([name = '', job = '']) => (created.get(`${namespace}/${job}`) === 1 ? [] : [name])),
    createdAgain: Array.from(created).flatMap(([name, count]) => (count > 1 ? [name] : [])),
    ownsMore: Array.from(owned).flatMap(([uid, count]) => (uid !== '' && count > 1 ? [uid] : [])),
    changedNothing: own.filter(changedNothing).map(describeEvent),
    withoutLease: leases ? writesWithoutLease(own) : [],
    unpaged: own.filter(isUnpagedList).map(describeEvent),
  };
}

/** The verdict if everything is well with this number of runs. */
export const allWell = (runs: number): Verdict => ({
  runs,
  unfinished: [],
  notOneJob: [],
  createdAgain: [],
  ownsMore: [],
  changedNothing: [],
  withoutLease: [],
  unpaged: [],
});

/** Lists all objects, in pages. */
export async function listAll<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  namespace: string,
): Promise<T[]> {
  const items: T[] = [];
  let next: string | undefined;
  do {
    const page = await client.list<T>(resource, { namespace, limit: 1000, continue: next });
    items.push(...page.items);
    next = page.metadata.continue;
  } while (next !== undefined && next !== '');
  return items;
}

const isOf = ({ objectRef }: AuditEvent, resource: string): boolean =>
  objectRef?.resource === resource && objectRef.subresource === undefined;

/** Dry runs of the webhook create nothing. */
export const createsJob = (event: AuditEvent): boolean =>
  event.verb === 'create' && isOf(event, 'jobs') && !event.requestURI.includes('dryRun=All');

function changedNothing(event: AuditEvent): boolean {
  const { objectRef, requestObject, responseObject, responseStatus } = event;
  if (event.verb !== 'patch' || objectRef?.subresource !== 'status' || responseStatus?.code !== 200) return false;
  // A status write names the resource version that it is based on: the same version after it means that nothing
  // changed.
  return requestObject?.metadata?.resourceVersion === responseObject?.metadata?.resourceVersion;
}

function writesWithoutLease(own: readonly AuditEvent[]): string[] {
  const isLease = ({ objectRef }: AuditEvent) => objectRef?.resource === 'leases' && objectRef.name === 'arena';
  const terms = own
    .filter((event) => isLease(event) && isWrite(event) && (event.responseStatus?.code ?? 500) < 300)
    .map((event) => ({
      at: event.stageTimestamp,
      holder: (event.responseObject?.spec?.holderIdentity ?? '') === '' ? undefined : event.user.username,
    }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const writes = own.filter(
    (event) =>
      isWrite(event) &&
      !isLease(event) &&
      event.objectRef?.resource !== 'events' && // they report what was done, and may come later
      (event.responseStatus?.code ?? 500) < 300,
  );
  return writes.flatMap((event) => {
    const holder = terms.findLast(({ at }) => at <= event.requestReceivedTimestamp)?.holder;
    return holder === event.user.username ? [] : [`${describeEvent(event)} while ${holder ?? 'nobody'} led`];
  });
}

function describeEvent({ verb, requestURI, user, requestReceivedTimestamp }: AuditEvent): string {
  return `${requestReceivedTimestamp} ${user.username}: ${verb} ${requestURI}`;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
