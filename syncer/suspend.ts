import type { JobRun } from '../api/job-run.ts';
import { REASON_RESUMED, REASON_SUSPENDED } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import { isJobFinished } from '../core/job-run-status.ts';
import type { EventRecorder } from '../kube/event-recorder.ts';
import type { Cluster } from './cluster.ts';
import type { Memory } from './memory.ts';
import type { Templates } from './templates.ts';

export interface SuspendContext {
  cluster: Pick<Cluster, 'suspendJob'>;
  templates: Pick<Templates, 'known'>;
  memory: Pick<Memory, 'carried' | 'rememberCarried'>;
  events: Pick<EventRecorder, 'record'>;
}

/**
 * Carries a change of the run's `spec.suspend` over to its Job, once: only for a version of the run that
 * neither its Job was made of nor its status knows. At other times the Job's `suspend` belongs to whoever else sets it, a queue such as Kueue for instance.
 *
 * @returns the Job as it is then.
 */
export async function carrySuspend(context: SuspendContext, run: JobRun, job: Job): Promise<Job> {
  const { generation = 1 } = run.metadata;
  if (generation <= context.memory.carried(run) || isJobFinished(job)) return job;
  const wanted = wantedSuspend(context, run);
  const changed = wanted === isSuspended(job) ? job : await context.cluster.suspendJob(job, wanted);
  if (changed === undefined) return job;
  context.memory.rememberCarried(run);
  if (changed !== job) context.events.record(run, wanted ? SUSPENDED : RESUMED);
  return changed;
}

const SUSPENDED = {
  type: 'Normal',
  reason: REASON_SUSPENDED,
  action: 'SuspendJob',
  note: 'Suspended the Job',
} as const;
const RESUMED = { type: 'Normal', reason: REASON_RESUMED, action: 'ResumeJob', note: 'Resumed the Job' } as const;

/** What the run says; where it says nothing (any more), what its template says. */
function wantedSuspend({ templates }: SuspendContext, run: JobRun): boolean {
  return run.spec.suspend ?? templates.known(run)?.spec.suspend ?? false;
}

function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true;
}
