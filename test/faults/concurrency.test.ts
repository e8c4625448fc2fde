import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { isJobFinished } from '../../core/status/job-run-status.ts';
import { completed } from '../integration/job-statuses.ts';
import { Arena, NOBODY, sized, SYNCERS } from './arena.ts';
import type { SyncerName } from './arena.ts';
import { allWell, listAll } from './checker.ts';
import { mostAtOnce } from './places.ts';

const QUOTAS = { group: '', version: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota' };
const LIMIT = 2;
/** Long enough that runs which start together are seen together. */
const RUN_MS = 700;

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
});
afterEach(async ({ task }) => {
  await arena.endSyncers();
  const output = arena.takeOutput();
  if (task.result?.state === 'fail') console.error(output);
  expect(output).not.toMatch(/unhandled|uncaught|TypeError|RangeError|"level":60/i);
});
afterAll(async () => {
  await arena.stop();
});

/** Completes each Job once it has been there for some time, until `isOver`. */
async function completeAll(namespace: string, isOver: () => boolean): Promise<void> {
  const seen = new Map<string, number>();
  while (!isOver()) {
    const jobs = await listAll<Job>(arena.client, JOBS, namespace);
    for (const job of jobs) {
      const name = job.metadata?.name ?? '';
      const since = seen.get(name) ?? performance.now();
      seen.set(name, since);
      if (isJobFinished(job) || performance.now() - since < RUN_MS) continue;
      await arena.client.patch(JOBS, { namespace, name, subresource: 'status' }, { status: completed() });
    }
    await sleep(100);
  }
}

const countJobs = async (namespace: string): Promise<number> =>
  (await listAll<Job>(arena.client, JOBS, namespace)).length;

/** A syncer is killed and replaced again and again; with an election, the one that leads. */
async function killAgainAndAgain(
  namespace: string,
  env: Record<string, string>,
  isOver: () => boolean,
): Promise<number> {
  const everyMs = sized(5_000, 1_500);
  const isElected = !('LEADER_ELECTION' in env);
  let kills = 0;
  while (!isOver()) {
    const victim: SyncerName = isElected ? await arena.untilLed() : SYNCERS[kills % 2]!;
    const holder = isElected ? await arena.holder() : undefined;
    const jobs = await countJobs(namespace);
    await sleep(everyMs);
    // On a slow machine, a syncer may need longer than that for its first Job.
    await arena.until('more Jobs', async () => isOver() || (await countJobs(namespace)) > jobs);
    if (isOver()) break;
    await arena.kill(victim);
    arena.syncer(victim, { env });
    kills += 1;
    if (isElected) await arena.untilTakenFrom(holder);
  }
  return kills;
}

/** A quota permits no Job in the namespace, again and again. Returns how often. */
async function refuseAgainAndAgain(namespace: string, isOver: () => boolean): Promise<number> {
  const quota = { namespace, name: 'no-jobs' };
  let times = 0;
  while (!isOver()) {
    const spec = { hard: { 'count/jobs.batch': '0' } };
    await arena.client.create(QUOTAS, namespace, {
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: quota.name }, spec },
    });
    times += 1;
    const before = (await arena.refusedJobs(namespace)).length;
    await arena.until('Jobs that are refused', async () => {
      return isOver() || (await arena.refusedJobs(namespace)).length > before;
    });
    await arena.client.delete(QUOTAS, quota);
    const jobs = await countJobs(namespace);
    await arena.until('more Jobs', async () => isOver() || (await countJobs(namespace)) > jobs);
    await sleep(sized(5_000, 1_000));
  }
  return times;
}

/** Runs of several groups, in turns. */
async function createRuns(namespace: string, { count, groups }: { count: number; groups: number }): Promise<void> {
  await arena.environment.template(namespace, 'limited', { managedBy: NOBODY });
  const runs = { concurrency: { policy: 'Queue', limit: LIMIT, group: 'g-$(params.group)', maxQueued: 500 } };
  const parameters = [{ name: 'group', schema: { type: 'integer' } }];
  await arena.client.patch(JOB_TEMPLATES, { namespace, name: 'limited' }, { runs, parameters });
  for (let index = 0; index < count; index += 1) {
    await arena.client.create<JobRun>(JOB_RUNS, namespace, {
      ...{ apiVersion: API_VERSION, kind: 'JobRun', metadata: { name: `run-${index}` } },
      spec: { templateRef: 'limited', parameters: { group: index % groups } },
    });
  }
}

/** How many Jobs of each group ran at the same time, at most. */
async function mostOfEachGroup(namespace: string): Promise<Map<string, number>> {
  const jobs = await listAll<Job>(arena.client, JOBS, namespace);
  const groupsOfRuns = new Map(
    (await listAll<JobRun>(arena.client, JOB_RUNS, namespace)).map(({ metadata, spec }) => [
      metadata.uid,
      `group ${String(spec.parameters?.['group'])}`,
    ]),
  );
  const groupOf = (job: Job) => groupsOfRuns.get(job.metadata?.ownerReferences?.[0]?.uid) ?? 'none';
  return mostAtOnce(await arena.events(), jobs, groupOf);
}

const RACE = { LEADER_ELECTION: 'false' };

it.each([
  ['with two syncers that race', RACE, killAgainAndAgain],
  ['through changes of the leader', {}, killAgainAndAgain],
  [
    'with two syncers that race while a quota refuses Jobs',
    RACE,
    (namespace: string, _env: object, isOver: () => boolean) => refuseAgainAndAgain(namespace, isOver),
  ],
] as const)(
  'never more runs of a group than its limit have a Job that runs, %s',
  async (_what, env, disturb) => {
    const groups = sized(20, 4);
    const count = sized(2_000, 48);
    const namespace = await arena.begin();
    for (const name of SYNCERS) arena.syncer(name, { env });
    await createRuns(namespace, { count, groups });
    let isOver = false;
    const others = [completeAll(namespace, () => isOver), disturb(namespace, env, () => isOver)] as const;
    try {
      await arena.untilAllFinished(namespace, sized(600_000, 120_000));
    } finally {
      isOver = true;
    }
    const [, disturbances] = await Promise.all(others);
    expect(disturbances).toBeGreaterThanOrEqual(1);
    const expected = Array.from({ length: groups }, (_, index): [string, number] => [`group ${index}`, LIMIT]);
    expect(await mostOfEachGroup(namespace)).toEqual(new Map(expected));
    const leases = !('LEADER_ELECTION' in env);
    expect(await arena.verdict(namespace, { leases })).toEqual(allWell(count));
  },
  sized(900_000, 180_000),
);
