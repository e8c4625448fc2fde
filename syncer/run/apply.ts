import type { JobRun } from '../../api/job-run.ts';
import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import type { Hide } from '../../core/errors/hidden.ts';
import type { Look } from '../../core/run/situation.ts';
import type { Step } from '../../core/run/step.ts';
import { isConflict, KubeApiError, KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { EventRecorder } from '../../kube/controller/event-recorder.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Clock } from '../clock.ts';
import { UnreadableLeaseError } from '../concurrency/group-leases.ts';
import type { Places } from '../concurrency/places.ts';
import type { UnclearCreations } from '../concurrency/unclear-creations.ts';
import { generationOf, next, type Applied, type StepOf } from './applied.ts';
import type { Cluster } from './cluster.ts';
import { adoptJob, createJob, delayCreation } from './create-job.ts';
import type { PodReader } from './read-pods.ts';
import { NoTurnError } from './write-turns.ts';
import { TURN_MS } from '../../core/run/creation-problem.ts';
import type { RunRecords } from './run-records.ts';
import type { TemplateResolver } from './template-resolver.ts';

export interface ApplyContext {
  cluster: Pick<Cluster, 'getJob' | 'createJob' | 'suspendJob' | 'stopJob' | 'patchStatus'>;
  templates: Pick<TemplateResolver, 'read'>;
  pods: Pick<PodReader, 'read'>;
  runs: Pick<ObjectCache<JobRun>, 'put'>;
  jobs: Pick<ObjectCache<Job>, 'put'>;
  records: Pick<RunRecords, 'get' | 'update' | 'waitForTemplate'>;
  events: Pick<EventRecorder, 'record'>;
  clock: Clock;
  places: Pick<Places, 'enter' | 'take' | 'stay' | 'confirm' | 'yield'>;
  unclear: Pick<UnclearCreations, 'sent'>;
  /** Called with each run whose stored status is final. */
  onFinished: (run: JobRun) => void;
}

/**
 * Sends the request of one step, and records its answer where the next step or the next attempt needs it.
 *
 * @param run the version of the run that the step was decided for
 * @throws every error after which the whole attempt has to be repeated later
 */
export async function apply<Kind extends Step['kind']>(
  context: ApplyContext,
  run: JobRun,
  step: StepOf<Kind>,
): Promise<Applied> {
  const request: Request<Kind> = REQUESTS[step.kind];
  return request(context, run, step);
}

type Request<Kind extends Step['kind']> = (
  context: ApplyContext,
  run: JobRun,
  step: StepOf<Kind>,
) => Promise<Applied> | Applied;

const REQUESTS: { [Kind in Step['kind']]: Request<Kind> } = {
  nothing,
  wait,
  readJob,
  readTemplate,
  enterLine,
  takePlace,
  confirmPlace,
  yieldPlace,
  stayInLine,
  createJob,
  delayCreation,
  adoptJob,
  setSuspend,
  stopJob,
  markApplied,
  planLook,
  readPods,
  rememberFailure,
  rememberResults,
  writeStatus,
};

function nothing({ records }: ApplyContext, run: JobRun, { again }: StepOf<'nothing'>): Applied {
  records.update(run, { changePendingSinceMs: undefined });
  return { kind: 'done', again };
}

function wait({ records }: ApplyContext, run: JobRun, { afterMs, changePendingSinceMs }: StepOf<'wait'>): Applied {
  if (changePendingSinceMs !== undefined) records.update(run, { changePendingSinceMs });
  return { kind: 'done', again: { afterMs } };
}

async function readJob({ cluster }: ApplyContext, run: JobRun, { name }: StepOf<'readJob'>): Promise<Applied> {
  return next({ job: (await cluster.getJob(run.metadata.namespace ?? '', name)) ?? 'none' });
}

async function readTemplate({ templates, records }: ApplyContext, run: JobRun): Promise<Applied> {
  if (run.spec.templateRevision === undefined) records.waitForTemplate(run);
  return next({ template: await templates.read(run) });
}

function enterLine({ places }: ApplyContext, run: JobRun, { group, concurrency }: StepOf<'enterLine'>): Applied {
  places.enter(run, group, concurrency);
  return next({});
}

async function takePlace({ places }: ApplyContext, run: JobRun, { group }: StepOf<'takePlace'>): Promise<Applied> {
  try {
    await places.take(run, group);
    return next({});
  } catch (error) {
    if (!(error instanceof UnreadableLeaseError)) throw error;
    return next({ placeProblem: error.message, waitsInLine: true });
  }
}

async function confirmPlace({ places }: ApplyContext, run: JobRun, step: StepOf<'confirmPlace'>): Promise<Applied> {
  await places.confirm(run, step.group);
  return next({});
}

async function yieldPlace({ places }: ApplyContext, run: JobRun, { group }: StepOf<'yieldPlace'>): Promise<Applied> {
  await places.yield(run, group);
  return next({});
}

function stayInLine({ places }: ApplyContext, run: JobRun): Applied {
  places.stay(run);
  return next({ waitsInLine: true });
}

function markApplied({ records, events }: ApplyContext, run: JobRun, { event }: StepOf<'markApplied'>): Applied {
  records.update(run, { appliedGeneration: generationOf(run) });
  if (event) events.record(run, event);
  return next({});
}

function planLook({ records }: ApplyContext, run: JobRun, { look }: StepOf<'planLook'>): Applied {
  records.update(run, { look });
  return next({});
}

async function readPods(context: ApplyContext, run: JobRun, step: StepOf<'readPods'>): Promise<Applied> {
  context.records.update(run, { look: step.look });
  const pods = await context.pods.read(step.job, step.purpose);
  if (typeof pods !== 'object' || !('afterMs' in pods)) return next({ pods });
  if (step.look) context.records.update(run, { look: sameLook(step.look, context.clock.monotonic() + pods.afterMs) });
  return next({ pods: 'unknown' });
}

/** The look that is not made now, at its turn. The next one is planned twice as long after it as it was after the last one. */
function sameLook({ delayMs }: Look, atMs: number): Look {
  return { atMs, delayMs: delayMs / 2 };
}

function rememberFailure({ records }: ApplyContext, run: JobRun, { seen }: StepOf<'rememberFailure'>): Applied {
  records.update(run, { failure: seen });
  return next({});
}

function rememberResults({ records }: ApplyContext, run: JobRun, { results }: StepOf<'rememberResults'>): Applied {
  records.update(run, { results });
  return next({});
}

/** If the API server refuses, the rest of the status is still written. The error then ends the attempt. */
async function setSuspend(context: ApplyContext, run: JobRun, step: StepOf<'setSuspend'>): Promise<Applied> {
  try {
    const job = await context.cluster.suspendJob(step.job, step.suspend);
    if (!job) return next({ changeFailed: true });
    context.jobs.put(job);
    context.records.update(run, { appliedGeneration: generationOf(run) });
    context.events.record(run, step.event);
    return next({ job });
  } catch (error) {
    return changeFailed(error, step.hide);
  }
}

/** The rest of the status is still written. How long a change takes says nothing about the API server, as for a creation. */
function changeFailed(error: unknown, hide: Hide): Applied {
  const failed = next({ changeFailed: true });
  if (error instanceof NoTurnError) return { ...failed, again: { afterMs: TURN_MS } };
  if (error instanceof KubeTimeoutError) return { ...failed, again: 'retry' };
  if (!(error instanceof KubeApiError)) throw error;
  return { ...failed, error: error.withMessages(hide) };
}

/** The Job is stopped only as it was when that was decided: it may have finished since. */
async function stopJob(context: ApplyContext, _run: JobRun, { job, why, hide }: StepOf<'stopJob'>): Promise<Applied> {
  try {
    const stopped = await context.cluster.stopJob(job, why);
    if (!stopped) return next({ changeFailed: true });
    context.jobs.put(stopped);
    return next({ job: stopped });
  } catch (error) {
    if (isConflict(error)) return { kind: 'done', again: 'retry' };
    return changeFailed(error, hide);
  }
}

async function writeStatus(context: ApplyContext, run: JobRun, step: StepOf<'writeStatus'>): Promise<Applied> {
  try {
    const stored = await context.cluster.patchStatus(run, step.patch);
    if (stored) recordStatus(context, stored, step);
    return { kind: 'done', again: step.again };
  } catch (error) {
    if (error instanceof NoTurnError) return { kind: 'done', again: { afterMs: TURN_MS } };
    // How long it takes says nothing about the API server, as for a creation.
    if (isConflict(error) || error instanceof KubeTimeoutError) return { kind: 'done', again: 'retry' };
    throw error;
  }
}

/** The cache has the new status before the watch reports it. */
function recordStatus(context: ApplyContext, stored: JobRun, { events, job }: StepOf<'writeStatus'>): void {
  context.runs.put(stored);
  context.records.update(stored, { changePendingSinceMs: undefined });
  if (stored.status?.jobName !== undefined)
    context.records.update(stored, { created: undefined, appliedGeneration: undefined });
  if (isFinished(stored)) context.onFinished(stored);
  const related = job && { ...job, apiVersion: 'batch/v1', kind: JOBS.kind };
  for (const event of events) context.events.record(stored, related ? { ...event, related } : event);
}
