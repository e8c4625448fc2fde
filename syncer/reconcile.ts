import type { JobRun } from '../api/job-run.ts';
import { JOBS } from '../api/resources.ts';
import type { Job } from '../api/wire.ts';
import { isFinished, isJobFinished, jobDeleted, jobRunStatus, standing } from '../core/job/job-run-status.ts';
import type { Observation } from '../core/job/job-run-status.ts';
import { isConflict, KubeApiError } from '../kube/client/api-error.ts';
import type { ObjectCache } from '../kube/watch/cache.ts';
import type { EventRecorder } from '../kube/controller/event-recorder.ts';
import { isNewer } from '../kube/watch/resource-version.ts';
import type { WorkResult } from '../kube/controller/work-queue.ts';
import { makeJob } from './make-job.ts';
import type { MakeJobContext, Observed } from './make-job.ts';
import { mergePatch } from './merge-patch.ts';
import { isOwnJob } from './ownership.ts';
import { isPassing } from './passing-change.ts';
import { statusEvents } from './status-events.ts';
import { carrySuspend } from './suspend.ts';

export interface ReconcileContext extends MakeJobContext {
  runs: ObjectCache<JobRun>;
  events: Pick<EventRecorder, 'record'>;
  /** Told of each run that has ended. */
  onEnd: (run: JobRun) => void;
}

/**
 * A new Job gets its first status within moments. That it was made, and that status, are then written together; longer
 * than this (milliseconds) the run does not wait to name its Job.
 */
const FIRST_STATUS_MS = 200;
/** A change that the next one soon overtakes, such as that a Pod got ready, is told this much later, in milliseconds, if none came. */
const PASSING_MS = 1_000;
/** A Job that the watch does not bring (its label was taken away) is looked at this often. */
const UNWATCHED_MS = 30_000;

/**
 * Brings one run a step on: finds out how things stand (making the Job where there is none yet), decides on the status,
 * and writes it if it is another.
 *
 * @throws what may pass by itself; call it again later.
 */
export async function reconcile(context: ReconcileContext, namespace: string, name: string): Promise<WorkResult> {
  const run = context.runs.get(namespace, name);
  if (!run || isFinished(run)) return undefined;
  try {
    return await bringOn(context, run);
  } finally {
    // What was learnt of a run that ended or went meanwhile would never be asked for again.
    const now = sameRun(context, run);
    if (!now || isFinished(now)) context.memory.forget(run);
  }
}

async function bringOn(context: ReconcileContext, run: JobRun): Promise<WorkResult> {
  const observed = await observe(context, run);
  if (!observed) return undefined;
  const waitMs = firstStatusWait(context, run, observed.observation);
  if (waitMs > 0) return { afterMs: waitMs };
  const { observation, generation, failure } = await withSuspend(context, run, observed.observation);
  const result = await writeStatus(context, { ...run, metadata: { ...run.metadata, generation } }, observation);
  if (failure) throw failure;
  return result ?? observed.again;
}

/** For how long what is known of a run that was just given its Job need not be written yet. */
function firstStatusWait(context: ReconcileContext, run: JobRun, observation: Observation): number {
  const made = context.memory.made(run);
  if (!made || observation.kind !== 'job' || hasStatus(observation.job)) return 0;
  return Math.max(0, Math.ceil(made.at + FIRST_STATUS_MS - performance.now()));
}

function hasStatus({ status }: Job): boolean {
  return status?.startTime !== undefined || (status?.conditions?.length ?? 0) > 0;
}

/** What is to be told, and the generation of the run that it is about. */
interface Told {
  observation: Observation;
  generation: number;
  /** The Job cannot be suspended or resumed now; its status is told nevertheless. */
  failure?: KubeApiError;
}

/** What the run now says of suspending is done before its status says that it was seen. */
async function withSuspend(context: ReconcileContext, run: JobRun, observation: Observation): Promise<Told> {
  const { generation = 1 } = run.metadata;
  if (observation.kind !== 'job') return { observation, generation };
  try {
    const job = await carrySuspend(context, run, observation.job);
    if (job !== observation.job) context.jobs.put(job);
    return { observation: { ...observation, job }, generation };
  } catch (failure) {
    if (!(failure instanceof KubeApiError)) throw failure;
    return { observation, generation: context.memory.carried(run), failure };
  }
}

async function observe(context: ReconcileContext, run: JobRun): Promise<Observed | undefined> {
  const made = context.memory.made(run);
  const jobName = run.status?.jobName ?? made?.job.metadata?.name;
  if (jobName === undefined) return makeJob(context, run);
  const observed = await observeJob(context, run, jobName);
  if (observed?.observation.kind === 'job' && made) observed.observation.template = made.template;
  return observed;
}

/** How the Job of a run that has had one stands. It is never made again. */
async function observeJob(context: ReconcileContext, run: JobRun, jobName: string): Promise<Observed | undefined> {
  const { namespace = '' } = run.metadata;
  const cached = context.jobs.get(namespace, jobName);
  if (cached && isOwnJob(cached, run)) return { observation: standing(cached) };
  const gone = context.memory.gone(run);
  if (gone && isJobFinished(gone)) return { observation: { kind: 'job', job: gone } };
  const live = await context.cluster.getJob(namespace, jobName);
  if (live && isOwnJob(live, run)) return { observation: standing(live), again: { afterMs: UNWATCHED_MS } };
  if (run.metadata.deletionTimestamp !== undefined) return undefined;
  const taken = live ? ', and another Job has taken its name' : '';
  return { observation: jobDeleted(jobName, `was deleted before it finished${taken}`) };
}

/** @returns `retry` when the run changed under our hands, or when to write what can wait. */
async function writeStatus(
  context: ReconcileContext,
  observedRun: JobRun,
  observation: Observation,
): Promise<WorkResult> {
  const newest = sameRun(context, observedRun);
  if (!newest) return undefined;
  // A change that came meanwhile was not seen yet: the status must not say so.
  const run = { ...newest, metadata: { ...newest.metadata, generation: observedRun.metadata.generation ?? 1 } };
  const latest = withLatestJob(context, run, observation);
  const patch = mergePatch(run.status ?? {}, jobRunStatus(run, latest, new Date().toISOString()));
  if (!patch) {
    context.memory.told(run);
    return undefined;
  }
  const waitMs = passingWait(context, run, patch);
  if (waitMs > 0) return { afterMs: waitMs };
  try {
    const stored = await context.cluster.patchStatus(run, patch);
    if (stored) settle(context, run, stored, latest);
    return undefined;
  } catch (error) {
    if (isConflict(error)) return 'retry';
    throw error;
  }
}

/** For how long a change need not be told yet. */
function passingWait({ memory }: ReconcileContext, run: JobRun, patch: object): number {
  if (!isPassing(run.status ?? {}, patch)) return 0;
  return Math.max(0, Math.ceil(memory.untoldSince(run) + PASSING_MS - performance.now()));
}

/** The newest known version of the run, unless it is gone or was replaced by a namesake meanwhile. */
function sameRun(context: ReconcileContext, observed: JobRun): JobRun | undefined {
  const { namespace, name = '', uid } = observed.metadata;
  const run = context.runs.get(namespace, name);
  return run?.metadata.uid === uid ? run : undefined;
}

/** After a stored change: the caches know it before the watch tells, and people are told. */
function settle(context: ReconcileContext, before: JobRun, stored: JobRun, observation: Observation): void {
  context.runs.put(stored);
  context.memory.told(stored);
  if (stored.status?.jobName !== undefined) context.memory.recorded(stored);
  if (isFinished(stored)) context.onEnd(stored);
  const related = observation.kind === 'job' && { ...observation.job, apiVersion: 'batch/v1', kind: JOBS.kind };
  for (const happening of statusEvents(before, stored)) {
    context.events.record(stored, related ? { ...happening, related } : happening);
  }
}

/** The watch may have brought a newer state of the Job while the answer to its creation was under way. */
function withLatestJob(context: ReconcileContext, run: JobRun, observation: Observation): Observation {
  if (observation.kind !== 'job') return observation;
  const { job } = observation;
  const cached = context.jobs.get(run.metadata.namespace, job.metadata?.name ?? '');
  const newer = cached && isNewer(cached.metadata?.resourceVersion, job.metadata?.resourceVersion) === true;
  const stands = standing(newer && isOwnJob(cached, run) ? cached : job);
  return stands.kind === 'job' ? { ...observation, job: stands.job } : stands;
}
