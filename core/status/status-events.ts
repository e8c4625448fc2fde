import type { JobRun } from '../../api/job-run.ts';
import {
  CONDITION_FAILED,
  CONDITION_FINISHED,
  CONDITION_JOB_CREATED,
  CONDITION_RESULTS_VALID,
  REASON_CANCELLED,
  REASON_COMPLETED,
  REASON_JOB_CREATED,
  REASON_OUTCOME_UNKNOWN,
  REASON_QUEUED,
} from '../../api/names.ts';

/** An Event to record for a JobRun. */
export interface RunEvent {
  type: 'Normal' | 'Warning';
  /** PascalCase, for programs. */
  reason: string;
  /** PascalCase: what the syncer did. */
  action: string;
  /** A sentence for people. */
  note: string;
}

type Condition = NonNullable<NonNullable<JobRun['status']>['conditions']>[number];

/** The Events that report a change of a run's status. */
export function statusEvents(before: JobRun, after: JobRun): RunEvent[] {
  const events: RunEvent[] = [];
  const created = turned(before, after, CONDITION_JOB_CREATED);
  if (created?.status === 'True') {
    const note = `Created Job ${after.status?.jobName ?? ''}`;
    events.push({ type: 'Normal', reason: REASON_JOB_CREATED, action: 'CreateJob', note });
  }
  const finished = turned(before, after, CONDITION_FINISHED);
  if (finished?.status === 'True') events.push(ending(after, finished));
  else if (created?.status === 'False') events.push(waiting(created));
  return [...events, ...withoutResults(turned(before, after, CONDITION_RESULTS_VALID))];
}

function withoutResults(results: Condition | undefined): RunEvent[] {
  if (results === undefined || results.status === 'True') return [];
  const { reason = '', message = '' } = results;
  return [{ type: 'Warning', reason, action: 'ReadResults', note: `The run has no results: ${message}` }];
}

function ending(run: JobRun, finished: Condition): RunEvent {
  if (!conditionOf(run, CONDITION_FAILED) && finished.reason !== REASON_OUTCOME_UNKNOWN) {
    return { type: 'Normal', reason: REASON_COMPLETED, action: 'MirrorStatus', note: 'Job completed' };
  }
  const note = run.status?.error ?? finished.message ?? '';
  if (finished.reason === REASON_CANCELLED) {
    return { type: 'Normal', reason: REASON_CANCELLED, action: 'CancelRun', note };
  }
  return { type: 'Warning', reason: finished.reason ?? CONDITION_FAILED, action: 'MirrorStatus', note };
}

function waiting({ reason = '', message = '' }: Condition): RunEvent {
  return { type: reason === REASON_QUEUED ? 'Normal' : 'Warning', reason, action: 'CreateJob', note: message };
}

/** The condition after the change, if its status changed or, while it is False, its reason. */
function turned(before: JobRun, after: JobRun, type: string): Condition | undefined {
  const was = conditionOf(before, type);
  const is = conditionOf(after, type);
  if (was?.status === is?.status && (is?.status === 'True' || was?.reason === is?.reason)) return undefined;
  return is;
}

function conditionOf(run: JobRun, type: string): Condition | undefined {
  return run.status?.conditions?.find((condition) => condition.type === type);
}
