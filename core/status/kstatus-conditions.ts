import type { JobRun, JobRunStatus } from '../../api/job-run.ts';
import { CONDITION_FAILED, CONDITION_FINISHED, CONDITION_RECONCILING, CONDITION_STALLED } from '../../api/names.ts';
import type { JobStatus } from '../../api/wire.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/**
 * The conditions that kstatus reads, with which Helm and Flux judge a run: `Reconciling` is True while the run is neither
 * finished nor suspended, and `Stalled` is True once it has failed. Otherwise both are absent: then the run is current.
 * They follow from the rest of the status, and so they never differ from it.
 *
 * @param run as it is stored. A condition that it has already keeps its time.
 * @param status without these conditions
 * @param now RFC 3339
 */
export function kstatusConditions(run: JobRun, status: JobRunStatus, now: string): Condition[] {
  const { conditions = [] } = status;
  if (conditions.some((condition) => isTrue(condition, CONDITION_FINISHED))) return stalled(conditions);
  if (status.phase === 'Suspended') return [];
  const known = run.status?.conditions?.find((condition) => isTrue(condition, CONDITION_RECONCILING));
  const lastTransitionTime = known?.lastTransitionTime ?? now;
  return [{ type: CONDITION_RECONCILING, status: 'True', ...progressOf(status), lastTransitionTime }];
}

function stalled(conditions: readonly Condition[]): Condition[] {
  const failed = conditions.find((condition) => isTrue(condition, CONDITION_FAILED));
  return failed ? [{ ...failed, type: CONDITION_STALLED }] : [];
}

/** Without counts of Pods: the condition changes only with the phase, or with what the run waits for. */
function progressOf({ phase, waiting }: JobRunStatus): { reason: string; message: string } {
  if (waiting) return { reason: waiting.reason, message: waiting.message ?? '' };
  if (phase === 'Running') return { reason: phase, message: 'the Job has not finished yet' };
  return { reason: phase ?? 'Pending', message: 'no container of the Job has started yet' };
}

function isTrue({ type, status }: Condition, wanted: string): boolean {
  return type === wanted && status === 'True';
}
