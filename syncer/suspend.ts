import type { JobRun } from '../api/job-run.ts';
import { REASON_RESUMED, REASON_SUSPENDED } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import { isJobFinished } from '../core/job-run-status.ts';
import type { EventRecorder } from '../kube/event-recorder.ts';
import type { Cluster } from './cluster.ts';
import type { Templates } from './templates.ts';

export interface SuspendContext {
  cluster: Pick<Cluster, 'suspendJob'>;
  templateOf: Pick<Templates, 'known'>;
  events: Pick<EventRecorder, 'record'>;
}

/**
 * Carries a change of the run's `spec.suspend` over to its Job, once: only while the run's status does not know of the
 * change yet. At other times the Job's `suspend` belongs to whoever else sets it, a queue such as Kueue for instance.
 *
 * @returns the Job as it is then.
 */
export async function carrySuspend(context: SuspendContext, run: JobRun, job: Job): Promise<Job> {
  if (!isUnseen(run) || isJobFinished(job)) return job;
  const wanted = wantedSuspend(context, run);
  if (wanted === isSuspended(job)) return job;
  const changed = await context.cluster.suspendJob(job, wanted);
  if (changed === undefined) return job;
  context.events.record(run, wanted ? SUSPENDED : RESUMED);
  return changed;
}

const SUSPENDED = {
  type: 'Normal',
  reason: REASON_SUSPENDED,
  action: 'SuspendJob',
  note: 'Suspended the Job',
} as const;
const RESUMED = { type: 'Normal', reason: REASON_RESUMED, action: 'ResumeJob', note: 'Resumed the Job' } as const;

/** Whether the run was changed since its status was written. */
function isUnseen({ metadata, status }: JobRun): boolean {
  const { generation = 0 } = metadata;
  return status?.observedGeneration !== undefined && generation > status.observedGeneration;
}

/** What the run says; where it says nothing (any more), what its template says. */
function wantedSuspend({ templateOf }: SuspendContext, run: JobRun): boolean {
  return run.spec.suspend ?? templateOf.known(run)?.spec.suspend ?? false;
}

function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true;
}
