import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS, type Resource } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client.ts';
import { round, summarize, type Latency } from './latency.ts';
import { observe, Observer } from './observer.ts';
import { admissionLabel } from './system.ts';

/** What one run of the scenario showed; all times in milliseconds. */
export interface SteadyResult {
  scenario: 'steady';
  runs: number;
  ratePerSecond: number;
  /** From the event of the JobRun's creation to that of its Job's, at one watching client. */
  jobRunToJob: Latency;
  /** From the event of the Job's first status to that of the JobRun's status that mirrors it. */
  jobStatusToJobRunStatus: Latency;
  createJobRunWithAdmission: Latency;
  createJobRunWithoutAdmission: Latency;
  /** Difference of the two medians. */
  admissionAdds: number;
  /** The limit: one client creates the Job itself. */
  directCreateJob: Latency;
}

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };

const template: JobTemplate = {
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: 'suspended' },
  spec: {
    suspend: true,
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'echo',
            image: 'busybox',
            command: ['echo'],
            envFrom: [{ configMapRef: { name: 'kube-root-ca.crt' } }],
          },
        ],
      },
    },
  },
};

const runNamed = (name: string): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name },
  spec: { templateRef: 'suspended', args: ['Hello', name] },
});

const jobNamed = (name: string): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: template.spec,
});

const isSuspended = (object: KubeObject & { status?: { conditions?: { type: string; status: string }[] } }) =>
  object.status?.conditions?.some((c) => c.type === 'Suspended' && c.status === 'True') === true;

/** `ratePerSecond` JobRuns a second with admission on; beside each, the same create without admission and a direct Job. */
export async function measureSteady(client: KubeClient, runs: number, ratePerSecond: number): Promise<SteadyResult> {
  const measured = 'bench-measured';
  for (const [name, labels] of [
    [measured, admissionLabel],
    ['bench-limit', {}],
  ] as const) {
    await client.create(namespaces, undefined, { metadata: { name, labels } });
    await client.create(JOB_TEMPLATES, name, template);
  }
  const owner = (job: Job) => job.metadata?.ownerReferences?.[0]?.name;
  const created = new Observer<JobRun>((run) => run.metadata.name);
  const mirrored = new Observer<JobRun>((run) => (isSuspended(run) ? run.metadata.name : undefined));
  const jobCreated = new Observer<Job>(owner);
  const jobSuspended = new Observer<Job>((job) => (isSuspended(job) ? owner(job) : undefined));
  const watching = new AbortController();
  const place = { namespace: measured, signal: watching.signal };
  await Promise.all([
    observe(client, JOB_RUNS, { ...place, observers: [created, mirrored] }),
    observe(client, JOBS, { ...place, observers: [jobCreated, jobSuspended] }),
  ]);

  const timed = async (create: () => Promise<unknown>, into: number[]) => {
    const began = performance.now();
    await create();
    into.push(performance.now() - began);
  };
  const withAdmission: number[] = [];
  const withoutAdmission: number[] = [];
  const direct: number[] = [];
  const pending: Promise<void>[] = [];
  const step = 1000 / ratePerSecond;
  const began = performance.now();
  for (let i = 0; i < runs; i += 1) {
    await sleep(Math.max(0, began + i * step - performance.now()));
    pending.push(timed(() => client.create(JOB_RUNS, measured, runNamed(`run-${i}`)), withAdmission));
  }
  await Promise.all(pending);
  await mirrored.until(runs, 'mirrored statuses');
  watching.abort();

  // The limits, at the same rate and in the same system, one after the other so that they don't slow each other down.
  const limit = async (count: number, create: (i: number) => Promise<unknown>, into: number[]) => {
    const from = performance.now();
    const calls: Promise<void>[] = [];
    for (let i = 0; i < count; i += 1) {
      await sleep(Math.max(0, from + i * step - performance.now()));
      calls.push(timed(() => create(i), into));
    }
    await Promise.all(calls);
  };
  await limit(runs, (i) => client.create(JOB_RUNS, 'bench-limit', runNamed(`run-${i}`)), withoutAdmission);
  await limit(runs, (i) => client.create(JOBS, 'bench-limit', jobNamed(`job-${i}`)), direct);

  const between = (
    from: { at: (key: string) => number | undefined },
    to: { at: (key: string) => number | undefined },
  ) => created.keys().map((key) => (to.at(key) ?? NaN) - (from.at(key) ?? NaN));
  const createJobRunWithAdmission = summarize(withAdmission);
  const createJobRunWithoutAdmission = summarize(withoutAdmission);
  return {
    scenario: 'steady',
    runs,
    ratePerSecond,
    jobRunToJob: summarize(between(created, jobCreated)),
    jobStatusToJobRunStatus: summarize(between(jobSuspended, mirrored)),
    createJobRunWithAdmission,
    createJobRunWithoutAdmission,
    admissionAdds: round(createJobRunWithAdmission.median - createJobRunWithoutAdmission.median),
    directCreateJob: summarize(direct),
  };
}
