import type { JobRun } from '../../api/job-run.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { nextStep } from '../../core/run/next-step.ts';
import type { Answers } from '../../core/run/situation.ts';
import type { Again } from '../../core/run/step.ts';
import { KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import { momentOf } from '../clock.ts';
import type { Places } from '../concurrency/places.ts';
import type { RunContents } from '../controller/run-contents.ts';
import { apply } from './apply.ts';
import type { ApplyContext } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { gather } from './gather.ts';
import type { GatherContext } from './gather.ts';
import type { RunRecords } from './run-records.ts';
import { settleJob } from './settle-job.ts';
import type { SettleContext } from './settle-job.ts';
import { NoTurnError } from './write-turns.ts';
import { TURN_MS } from '../../core/run/creation-problem.ts';
import type { WriteTurns } from './write-turns.ts';

export type ReconcileContext = GatherContext &
  ApplyContext &
  SettleContext & {
    /** Has outlines of runs: the whole objects are in `contents`, or are read. */
    runs: Pick<ObjectCache<JobRun>, 'get'>;
    contents: Pick<RunContents, 'of' | 'remember'>;
    cluster: Pick<Cluster, 'getRun'>;
    records: Pick<RunRecords, 'forget'>;
    turns: Pick<WriteTurns, 'mustWait'>;
    places: Pick<Places, 'leave'>;
  };

/**
 * An attempt takes at most these steps: read the template, get a place, create, read and adopt the Job, suspend or stop it,
 * plan a look at the Pods, read them and the template, write the status.
 */
const MOST_STEPS = 18;

/**
 * Advances one run as far as possible: gathers what is known, decides the next step and applies it. Repeats this until
 * there is nothing to do, or something to wait for. The Job of a finished run is stopped if it still runs, and deleted when
 * its time is over.
 *
 * @returns when to continue
 * @throws transient errors; call it again later
 */
export async function reconcile(context: ReconcileContext, namespace: string, name: string): Promise<WorkResult> {
  const run = context.runs.get(namespace, name);
  if (!run) return undefined;
  if (isFinished(run)) return settle(context, run);
  // Checked before anything is rendered: many new runs can wait.
  if (run.status?.phase === undefined && context.turns.mustWait(keyOf(run.metadata))) return { afterMs: TURN_MS };
  let result: WorkResult;
  try {
    result = await attempt(context, run);
  } finally {
    // A run that was deleted or finished in the meantime is never worked on again.
    const newest = newestOutline(context, run);
    if (!newest || isFinished(newest)) context.records.forget(run);
  }
  const finished = newestOutline(context, run);
  return finished && isFinished(finished) ? settle(context, finished) : result;
}

async function settle(context: ReconcileContext, run: JobRun): Promise<WorkResult> {
  try {
    return await settleJob(context, run);
  } catch (error) {
    if (error instanceof NoTurnError) return { afterMs: TURN_MS };
    if (error instanceof KubeTimeoutError) return 'retry';
    throw error;
  }
}

/** A run that does not wait for a place leaves the line: it must not hold up the others. */
async function attempt(context: ReconcileContext, first: JobRun): Promise<WorkResult> {
  const answers: Answers = {};
  try {
    return await stepByStep(context, first, answers);
  } finally {
    if (answers.waitsInLine !== true) context.places.leave(first);
  }
}

/** @param answers are added to it */
async function stepByStep(context: ReconcileContext, first: JobRun, answers: Answers): Promise<WorkResult> {
  let deferred: Error | undefined;
  let again: Again | undefined;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const run = await newestVersion(context, first);
    if (!run) return undefined;
    const situation = gather(context, run, answers, momentOf(context.clock));
    const applied = await apply(context, run, nextStep(situation));
    if (applied.kind === 'done') {
      if (deferred) throw deferred;
      return again ?? applied.again;
    }
    Object.assign(answers, applied.answers);
    deferred ??= applied.error;
    again ??= applied.again;
  }
  throw new Error(`no result after ${MOST_STEPS} steps`);
}

/** The newest known version of the run; absent if it was deleted, or another run has its name now. */
async function newestVersion(context: ReconcileContext, first: JobRun): Promise<JobRun | undefined> {
  const outline = newestOutline(context, first);
  return outline && (context.contents.of(outline) ?? readRun(context, outline));
}

function newestOutline({ runs }: ReconcileContext, { metadata }: JobRun): JobRun | undefined {
  const run = runs.get(metadata.namespace, metadata.name ?? '');
  return run?.metadata.uid === metadata.uid ? run : undefined;
}

async function readRun({ cluster, contents, runs }: ReconcileContext, outline: JobRun): Promise<JobRun | undefined> {
  const { namespace = '', name = '', uid } = outline.metadata;
  const run = await cluster.getRun(namespace, name);
  if (!run || run.metadata.uid !== uid) return undefined;
  contents.remember(run);
  runs.put(run);
  return run;
}
