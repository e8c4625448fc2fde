import type { JobRun } from '../api/job-run.ts';
import { REASON_RESUMED, REASON_SUSPEND_REFUSED, REASON_SUSPENDED } from '../api/names.ts';
import type { Job } from '../api/wire.ts';
import type { FieldError } from '../core/errors/field-error.ts';
import { isJobFinished } from '../core/job/job-run-status.ts';
import { suspendErrors } from '../core/overrides/overrides.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import type { EventRecorder } from '../kube/controller/event-recorder.ts';
import type { Happening } from '../kube/controller/event.ts';
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
 * Carries a change of the run's `spec.suspend` over to its Job, once: only for a version of the run that neither its Job
 * was made of nor its status knows. At other times the Job's `suspend` belongs to whoever else sets it, a queue such as
 * Kueue for instance. A change that the template does not allow, and that came past admission, leaves the Job as it is;
 * an Event tells.
 *
 * @returns the Job as it is then.
 */
export async function carrySuspend(context: SuspendContext, run: JobRun, job: Job): Promise<Job> {
  const { generation = 1 } = run.metadata;
  if (generation <= context.memory.carried(run) || isJobFinished(job)) return job;
  const template = context.templates.known(run);
  const wanted = wantedSuspend(run, template);
  if (wanted === isSuspended(job)) {
    context.memory.rememberCarried(run);
    return job;
  }
  const [refusal] = template ? suspendErrors(template.compiled, run) : [];
  const changed = refusal ? job : await context.cluster.suspendJob(job, wanted);
  if (changed === undefined) return job;
  context.memory.rememberCarried(run);
  context.events.record(run, refusal ? refused(refusal) : told(wanted));
  return changed;
}

function told(suspended: boolean): Happening {
  return suspended
    ? { type: 'Normal', reason: REASON_SUSPENDED, action: 'SuspendJob', note: 'Suspended the Job' }
    : { type: 'Normal', reason: REASON_RESUMED, action: 'ResumeJob', note: 'Resumed the Job' };
}

function refused({ path, message }: FieldError): Happening {
  const note = `The Job stays as it is: ${path}: ${message}`;
  return { type: 'Warning', reason: REASON_SUSPEND_REFUSED, action: 'SuspendJob', note };
}

/** What the run says; where it says nothing (any more), what its template says. */
function wantedSuspend(run: JobRun, template: TemplateVersion | undefined): boolean {
  return run.spec.suspend ?? template?.compiled.content.spec.suspend ?? false;
}

function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true;
}
