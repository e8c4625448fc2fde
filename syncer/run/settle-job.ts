import type { JobRun } from '../../api/job-run.ts';
import { REASON_JOB_STOPPED } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import { jobStop } from '../../core/run/job-stop.ts';
import { isOwnJob, jobNameOfRun } from '../../core/job/ownership.ts';
import type { RunEvent } from '../../core/status/status-events.ts';
import { isConflict } from '../../kube/client/api-error.ts';
import type { EventRecorder } from '../../kube/controller/event-recorder.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Cluster } from './cluster.ts';
import { removeExpiredJob, unlessForbidden } from './remove-expired-job.ts';
import type { ExpiryContext } from './remove-expired-job.ts';

export type SettleContext = ExpiryContext & {
  cluster: Pick<Cluster, 'stopJob' | 'deleteUnchangedJob'>;
  jobs: Pick<ObjectCache<Job>, 'put'>;
  events: Pick<EventRecorder, 'record'>;
};

/**
 * The end of the Job of a finished run. A Job that has not finished is stopped: it was created by a syncer that did not know
 * yet that the run had finished, or its run was cancelled while it was suspended. A finished one is deleted when its time
 * is over. A Job that the watch does not report is left alone.
 *
 * @returns when to continue
 */
export async function settleJob(context: SettleContext, run: JobRun): Promise<WorkResult> {
  const job = context.jobs.get(run.metadata.namespace, jobNameOfRun(run));
  if (!job || !isOwnJob(job, run)) return undefined;
  switch (jobStop(job)) {
    case 'setDeadline':
      return stop(context, run, job);
    case 'delete':
      await deleteStopped(context, job);
      return undefined;
    case undefined:
      return removeExpiredJob(context, run);
  }
}

async function stop(context: SettleContext, run: JobRun, job: Job): Promise<WorkResult> {
  const why = `the JobRun had finished before its Job, at ${new Date(context.clock.now()).toISOString()}`;
  try {
    const stopped = await context.cluster.stopJob(job, why);
    if (!stopped) return undefined;
    context.jobs.put(stopped);
    context.events.record(run, stoppedEvent(stopped));
    if (jobStop(stopped) === 'delete') await deleteStopped(context, stopped);
    return undefined;
  } catch (error) {
    // The cache was late: the Job may have finished.
    if (isConflict(error)) return 'retry';
    throw error;
  }
}

/** If it is resumed in this moment, it is not deleted: its deadline stops it. */
async function deleteStopped(context: SettleContext, job: Job): Promise<void> {
  await unlessForbidden(context, context.cluster.deleteUnchangedJob(job));
}

function stoppedEvent({ metadata }: Job): RunEvent {
  const note = `Stopped Job ${metadata?.name ?? ''}: this JobRun had finished already`;
  return { type: 'Warning', reason: REASON_JOB_STOPPED, action: 'StopJob', note };
}
