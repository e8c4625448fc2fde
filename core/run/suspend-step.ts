import { REASON_RESUMED, REASON_SUSPEND_REFUSED, REASON_SUSPENDED } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';
import type { Hide } from '../errors/hidden.ts';
import { suspendErrors } from '../overrides/overrides.ts';
import type { RunEvent } from '../status/status-events.ts';
import { isCancelRequested } from './cancellation.ts';
import { isJobFinished } from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import type { Situation } from './situation.ts';
import type { Step } from './step.ts';

/**
 * The step that applies a change of the run's `spec.suspend` to its Job, once for each generation of the run. No step is
 * needed if the Job was created from this generation, or if the status reports it. At other times another controller,
 * for example Kueue, may set the Job's `suspend`. While the webhook was down, the run may have been changed in a way that
 * the template does not allow. Then the Job does not change, and an Event reports this. The Job of a cancelled run is neither
 * suspended nor resumed.
 */
export function suspendStep(situation: Situation, observation: Observation): Step | undefined {
  if (observation.kind !== 'job' || situation.answers.changeFailed === true) return undefined;
  if (isCancelRequested(situation.run)) return undefined;
  const { generation = 1 } = situation.run.metadata;
  if (generation <= appliedGeneration(situation) || isJobFinished(observation.job)) return undefined;
  return applySuspend(situation, observation.job);
}

function applySuspend({ run, template: resolution }: Situation, job: Job): Step {
  // It decides whether the change is allowed, and what applies if the run sets no `suspend`.
  if (resolution === undefined) return { kind: 'readTemplate' };
  const template = resolution.kind === 'found' ? resolution.template.compiled : undefined;
  const suspend = run.spec.suspend ?? template?.content.spec.suspend ?? false;
  const isSuspended = job.spec?.suspend === true;
  if (suspend === isSuspended) return { kind: 'markApplied' };
  const [refusal] = template ? suspendErrors(template, run) : [];
  const hide = hidingFromOthers(template, run);
  if (refusal) return { kind: 'markApplied', event: refused(refusal, hide) };
  return { kind: 'setSuspend', job, suspend, event: changed(suspend), hide };
}

/**
 * The generation of the run whose `spec.suspend` its Job has. A run starts with 1; its status reports the rest. Before the
 * first status, the API server reports the default, -1.
 */
export function appliedGeneration({ run, record }: Pick<Situation, 'run' | 'record'>): number {
  return record.appliedGeneration ?? Math.max(run.status?.observedGeneration ?? 1, 1);
}

function changed(suspended: boolean): RunEvent {
  return suspended
    ? { type: 'Normal', reason: REASON_SUSPENDED, action: 'SuspendJob', note: 'Suspended the Job' }
    : { type: 'Normal', reason: REASON_RESUMED, action: 'ResumeJob', note: 'Resumed the Job' };
}

function refused({ path, message }: FieldError, hide: Hide): RunEvent {
  const note = `The Job stays as it is: ${path}: ${hide(message)}`;
  return { type: 'Warning', reason: REASON_SUSPEND_REFUSED, action: 'SuspendJob', note };
}
