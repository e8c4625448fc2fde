import type { JobRunStatus } from '../../api/job-run.ts';
import { CONDITION_FAILURE_TARGET, CONDITION_RECONCILING, CONDITION_SUCCESS_CRITERIA_MET } from '../../api/names.ts';
import { mergePatch } from './merge-patch.ts';

const PROGRESS = [
  'active',
  'ready',
  'terminating',
  'succeeded',
  'failed',
  'completedIndexes',
  'failedIndexes',
  'failure',
];
/**
 * The first two: the Job's outcome is decided, and `Complete` or `Failed` follows, usually within moments. The last one
 * follows from the rest of the status.
 */
const PASSING = [CONDITION_SUCCESS_CRITERIA_MET, CONDITION_FAILURE_TARGET, CONDITION_RECONCILING];

/**
 * Whether a change of status only reports progress that the next change soon replaces: counts of Pods, why an attempt failed, or an outcome that
 * is decided but not final. That the first container has started (phase `Running`) is such progress: many Pods finish within
 * a second. Any other change of `phase`, of `jobName`, `observedGeneration`, `waiting` or a condition is not passing.
 *
 * @param patch merge patch (RFC 7386) of the status
 */
export function isPassing(before: JobRunStatus, patch: Partial<Record<keyof JobRunStatus, unknown>>): boolean {
  const { conditions = before.conditions, phase = before.phase, ...rest } = patch as JobRunStatus;
  if (phase !== before.phase && !(before.phase === 'Pending' && phase === 'Running')) return false;
  if (!Object.keys(rest).every((field) => PROGRESS.includes(field))) return false;
  return mergePatch({ conditions: lasting(before.conditions) }, { conditions: lasting(conditions) }) === undefined;
}

const lasting = (conditions: JobRunStatus['conditions'] = []): JobRunStatus['conditions'] =>
  conditions.filter(({ type }) => !PASSING.includes(type));
