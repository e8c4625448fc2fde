import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { jobName } from '../../core/job/job-name.ts';
import { isFinished, isJobFinished, jobRunStatus } from '../../core/status/job-run-status.ts';
import { completed } from '../integration/job-statuses.ts';
import { observe, Observer } from './observer.ts';
import { FAKE_NODE, type System } from './system.ts';

/**
 * How the Jobs of a scenario get their status.
 * - `suspended`: they are created suspended, and the real Job controller writes their condition `Suspended`.
 * - `succeeded`: the real Job controller creates Pods, which a fake node runs, and each component writes what it
 * usually does.
 * - `completed`: only the bench manages them; it writes a complete status as soon as it sees them.
 */
export type Ending = 'suspended' | 'succeeded' | 'completed';

export interface Workload {
  /** The namespace must exist. */
  namespace: string;
  /** Names of the JobRuns. */
  names: readonly string[];
  ending: Ending;
  /** How many are created concurrently. */
  creators: number;
}

export const templateOf = (ending: Ending): JobTemplate => ({
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: ending },
  spec: {
    ...(ending === 'suspended' && { suspend: true }),
    ...(ending === 'completed' && { managedBy: 'bench.hematoscope.app/jobs' }),
    template: {
      spec: {
        ...(ending === 'succeeded' && { nodeName: FAKE_NODE }),
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
});

export const runOf = (ending: Ending, name: string): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name },
  spec: { templateRef: ending, args: ['Hello', name] },
});

/** The Job that the syncer would create, written by hand. */
export function jobOf(ending: Ending, run: JobRun): Job {
  const { name = '', uid = '' } = run.metadata;
  const { spec } = templateOf(ending);
  const labels = { 'hematoscope.app/job-run': name, 'hematoscope.app/job-template': ending };
  const [container] = spec.template.spec!.containers;
  const template = {
    metadata: { labels },
    spec: { ...spec.template.spec, containers: [{ ...container!, args: run.spec.args! }] },
  };
  const owner = { apiVersion: API_VERSION, kind: 'JobRun', name, uid, controller: true, blockOwnerDeletion: true };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(name, uid), labels, ownerReferences: [owner] },
    spec: { ...spec, template },
  };
}

type WithConditions = KubeObject & { status?: { conditions?: { type: string; status: string }[] | undefined } };

export const isSuspended = (object: WithConditions): boolean =>
  object.status?.conditions?.some((c) => c.type === 'Suspended' && c.status === 'True') === true;

const hasEnding = (job: Job, ending: Ending): boolean =>
  ending === 'suspended' ? isSuspended(job) : isJobFinished(job);

/** When each run reached each state, in milliseconds of one clock. */
export interface Course {
  began: number;
  ended: number;
  /** When each mirrored status was seen, in order of time. */
  mirroredAt: number[];
  /** `MODIFIED` events of JobRuns: each is a write that changed something. */
  changes: number;
}

/** Creates JobRuns only: the extension does the rest. Resolves when each has a status like its Job's. */
export async function throughExtension(system: System, workload: Workload): Promise<Course> {
  const { client } = system;
  const { namespace, ending } = workload;
  const mirrored = new Observer<JobRun>((run) => {
    const done = ending === 'suspended' ? isSuspended(run) : isFinished(run);
    return done ? run.metadata.name : undefined;
  });
  let changes = 0;
  const watching = await watchBoth(system, workload, {
    onRun: (type, run) => {
      if (type === 'MODIFIED') changes += 1;
      mirrored.note(run);
    },
    onJob: (type, job) => {
      if (ending === 'completed' && type === 'ADDED') void complete(system, job).catch(watching.fail);
    },
  });
  try {
    const began = performance.now();
    await inParallel(workload, (name) => client.create(JOB_RUNS, namespace, runOf(ending, name)));
    await Promise.race([mirrored.until(workload.names.length, 'mirrored statuses', 600_000), watching.failed]);
    const mirroredAt = mirrored.times();
    return { began, ended: mirroredAt.at(-1) ?? began, mirroredAt, changes };
  } finally {
    watching.stop();
  }
}

/**
 * The limit: the same client does everything that the extension would. It creates JobRun and Job, one after the other,
 * and writes the status of the JobRun once the Job has one.
 */
export async function direct(system: System, workload: Workload): Promise<Course> {
  const { client } = system;
  const { namespace, ending } = workload;
  const began = performance.now();
  const runs = new Map<string, JobRun>();
  const mirroredAt: number[] = [];
  const done = Promise.withResolvers<undefined>();
  const mirror = async (job: Job): Promise<void> => {
    const name = job.metadata?.labels?.['hematoscope.app/job-run'] ?? '';
    const run = runs.get(name);
    if (!run || !hasEnding(job, ending)) return;
    runs.delete(name);
    const status = jobRunStatus(run, { kind: 'job', job }, new Date().toISOString());
    await client.patch(JOB_RUNS, { namespace, name, subresource: 'status' }, { status });
    mirroredAt.push(performance.now());
    if (mirroredAt.length === workload.names.length) done.resolve(undefined);
  };
  const watching = await watchBoth(system, workload, {
    onRun: () => undefined,
    onJob: (_type, job) => {
      mirror(job).catch(watching.fail);
    },
  });
  try {
    await inParallel(workload, async (name) => {
      const run = await client.create<JobRun>(JOB_RUNS, namespace, runOf(ending, name));
      runs.set(name, run);
      const job = await client.create<Job>(JOBS, namespace, jobOf(ending, run));
      if (ending === 'completed') await complete(system, job);
    });
    await Promise.race([done.promise, watching.failed]);
    return { began, ended: performance.now(), mirroredAt, changes: workload.names.length };
  } finally {
    watching.stop();
  }
}

/** As the Job controller would when the last Pod of a Job has finished. */
async function complete({ client }: System, job: Job): Promise<Job> {
  const { namespace, name = '' } = job.metadata!;
  return client.patch<Job>(JOBS, { namespace, name, subresource: 'status' }, { status: completed() });
}

/** Calls `work` for each name, this many at once. */
export async function inParallel(
  { names, creators }: Pick<Workload, 'names' | 'creators'>,
  work: (name: string, index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < names.length) {
      const index = next;
      next += 1;
      await work(names[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: creators }, worker));
}

interface Eyes {
  onRun: (type: string, run: JobRun) => void;
  onJob: (type: string, job: Job) => void;
}

interface Watching {
  stop: () => void;
  fail: (error: unknown) => void;
  /** Rejects if anything other than the creates failed. */
  failed: Promise<never>;
}

async function watchBoth(system: System, { namespace, ending }: Workload, eyes: Eyes): Promise<Watching> {
  const abort = new AbortController();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  const place = { namespace, signal: abort.signal, onFailure: fail };
  await Promise.all([
    observe<JobRun>(system.client, JOB_RUNS, { ...place, onEvent: eyes.onRun }),
    observe<Job>(system.client, JOBS, { ...place, onEvent: eyes.onJob }),
  ]);
  const { items } = await system.client.list(JOB_TEMPLATES, { namespace });
  if (!items.some(({ metadata }) => metadata?.name === ending)) {
    await system.client.create(JOB_TEMPLATES, namespace, templateOf(ending));
  }
  return {
    stop: () => {
      abort.abort();
    },
    fail,
    failed,
  };
}
