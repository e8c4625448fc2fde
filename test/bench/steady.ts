import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { jobRunStatus } from '../../core/status/job-run-status.ts';
import { namesOf } from './burst.ts';
import { round, summarize, type Latency } from './latency.ts';
import { observe, Observer } from './observer.ts';
import type { Figure, Report } from './report.ts';
import { admissionLabel, startSystem, type System } from './system.ts';
import { isSuspended, jobOf, runOf, templateOf } from './workload.ts';

/** The median of a create may grow by this much with admission, in milliseconds. */
const ADMISSION_MS = 8;

export interface SteadyOptions {
  runs: number;
  ratePerSecond: number;
  /** Whether everything is turned on; without it the machine has more left for the rest. */
  admission: boolean;
}

/**
 * JobRuns at a steady rate: how long each step takes. The limits are the same writes by one client, at the same rate,
 * one kind after the other so that they do not slow each other down.
 */
export async function measureSteady(options: SteadyOptions): Promise<Report> {
  const system = await startSystem({ controllerManager: true });
  try {
    return await measure(system, options);
  } finally {
    await system.stop();
  }
}

async function measure(system: System, { runs, ratePerSecond, admission }: SteadyOptions): Promise<Report> {
  const { client } = system;
  const places = { measured: 'steady', limit: 'steady-limit' } as const;
  await system.createNamespace(places.measured, admission ? admissionLabel : {});
  await system.createNamespace(places.limit);
  for (const namespace of Object.values(places)) await client.create(JOB_TEMPLATES, namespace, templateOf('suspended'));
  const pace = { runs, ratePerSecond };
  // The first runs meet cold caches in the API server and in our processes. They do not count.
  await atRate({ ...pace, runs: 100 }, (i) =>
    client.create(JOB_RUNS, places.measured, runOf('suspended', `warm-${i}`)),
  );

  const owner = (job: Job) => job.metadata?.ownerReferences?.[0]?.name;
  const created = new Observer<JobRun>((run) => run.metadata.name);
  const mirrored = new Observer<JobRun>((run) => (isSuspended(run) ? run.metadata.name : undefined));
  const jobCreated = new Observer<Job>(owner);
  const jobSuspended = new Observer<Job>((job) => (isSuspended(job) ? owner(job) : undefined));
  const watching = new AbortController();
  const { promise: failed, reject: onFailure } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const place = { namespace: places.measured, signal: watching.signal, onFailure };
  const isMeasured = ({ metadata }: JobRun) => metadata.name?.startsWith('run-') === true;
  await observe<JobRun>(client, JOB_RUNS, {
    ...place,
    onEvent: (_type, run) => {
      if (isMeasured(run)) for (const observer of [created, mirrored]) observer.note(run);
    },
  });
  await observe<Job>(client, JOBS, {
    ...place,
    onEvent: (_type, job) => {
      for (const observer of [jobCreated, jobSuspended]) observer.note(job);
    },
  });
  const names = namesOf('run', runs);
  const admitted = await atRate(pace, (i) => client.create(JOB_RUNS, places.measured, runOf('suspended', names[i]!)));
  await Promise.race([mirrored.until(runs, 'mirrored statuses'), failed]);
  watching.abort();
  await system.stopSyncer();

  const stored: JobRun[] = [];
  const jobs: Job[] = [];
  const notAdmitted = await atRate(pace, async (i) => {
    stored.push(await client.create(JOB_RUNS, places.limit, runOf('suspended', names[i]!)));
  });
  const directCreate = await atRate(pace, async (i) => {
    jobs.push(await client.create(JOBS, places.limit, jobOf('suspended', stored[i]!)));
  });
  const directPatch = await atRate(pace, async (i) => {
    const run = stored[i]!;
    const status = jobRunStatus(run, { kind: 'job', job: jobs[i]! }, new Date().toISOString());
    const key = { namespace: places.limit, name: run.metadata.name!, subresource: 'status' as const };
    await client.patch(JOB_RUNS, key, { status });
  });

  const between = (from: Observer<JobRun> | Observer<Job>, to: Observer<JobRun> | Observer<Job>) =>
    summarize(names.map((name) => (to.at(name) ?? NaN) - (from.at(name) ?? NaN)));
  const steps = [
    ...pair('JobRun → Job', between(created, jobCreated), directCreate),
    ...pair('Job status → JobRun status', between(jobSuspended, mirrored), directPatch),
  ];
  if (!admission) return { scenario: `steady ${ratePerSecond}/s, without admission`, figures: steps };
  return {
    scenario: `steady ${ratePerSecond}/s`,
    figures: [...steps, ...admissionFigures(admitted, notAdmitted)],
  };
}

function admissionFigures(admitted: Latency, notAdmitted: Latency): Figure[] {
  const adds = round(admitted.median - notAdmitted.median);
  return [
    ...pair('create of a JobRun with admission', admitted, notAdmitted, false),
    { name: 'admission adds (difference of medians)', value: adds, unit: 'ms', atMost: ADMISSION_MS },
  ];
}

/** The limit of a step is the latency of the one request that it needs. */
function pair(name: string, measured: Latency, limit: Latency, asked = true): Figure[] {
  const figure = (which: 'median' | 'p99', atMost: number): Figure => ({
    name: `${name}, ${which}`,
    value: measured[which],
    unit: 'ms',
    limit: limit[which],
    ...(asked && { atMost }),
  });
  return [figure('median', 2), figure('p99', 3)];
}

/** Calls at a fixed rate, however long each takes. Returns all latencies. */
async function atRate(
  { runs, ratePerSecond }: { runs: number; ratePerSecond: number },
  call: (index: number) => Promise<unknown>,
): Promise<Latency> {
  const took: number[] = [];
  const timed = async (index: number) => {
    const began = performance.now();
    await call(index);
    took.push(performance.now() - began);
  };
  const began = performance.now();
  const pending: Promise<void>[] = [];
  for (let i = 0; i < runs; i += 1) {
    await sleep(Math.max(0, began + (i * 1000) / ratePerSecond - performance.now()));
    pending.push(timed(i));
  }
  await Promise.all(pending);
  return summarize(took);
}
