import type { JobRun } from '../api/job-run.ts';
import {
  CONDITION_FAILED,
  CONDITION_FINISHED,
  CONDITION_JOB_CREATED,
  REASON_COMPLETED,
  REASON_JOB_CREATED,
} from '../api/names.ts';
import type { Happening } from '../kube/controller/event-recorder.ts';

type Condition = NonNullable<NonNullable<JobRun['status']>['conditions']>[number];

/** The Events that a stored change of a run's status is worth. */
export function statusEvents(before: JobRun, after: JobRun): Happening[] {
  const happenings: Happening[] = [];
  const created = turned(before, after, CONDITION_JOB_CREATED);
  if (created?.status === 'True') {
    const note = `Created Job ${after.status?.jobName ?? ''}`;
    happenings.push({ type: 'Normal', reason: REASON_JOB_CREATED, action: 'CreateJob', note });
  }
  const finished = turned(before, after, CONDITION_FINISHED);
  if (finished?.status === 'True') happenings.push(ending(after, finished));
  else if (created?.status === 'False') happenings.push(waiting(created));
  return happenings;
}

function ending(run: JobRun, finished: Condition): Happening {
  if (!conditionOf(run, CONDITION_FAILED)) {
    return { type: 'Normal', reason: REASON_COMPLETED, action: 'MirrorStatus', note: 'Job completed' };
  }
  const note = run.status?.error ?? finished.message ?? '';
  return { type: 'Warning', reason: finished.reason ?? CONDITION_FAILED, action: 'MirrorStatus', note };
}

function waiting({ reason = '', message = '' }: Condition): Happening {
  return { type: 'Warning', reason, action: 'CreateJob', note: message };
}

/** The condition after the change, if its status or (while False) its reason is another than before. */
function turned(before: JobRun, after: JobRun, type: string): Condition | undefined {
  const was = conditionOf(before, type);
  const is = conditionOf(after, type);
  if (was?.status === is?.status && (is?.status === 'True' || was?.reason === is?.reason)) return undefined;
  return is;
}

function conditionOf(run: JobRun, type: string): Condition | undefined {
  return run.status?.conditions?.find((condition) => condition.type === type);
}
