import type { JobRunStatus } from '../api/job-run.ts';
import { CONDITION_FAILURE_TARGET, CONDITION_SUCCESS_CRITERIA_MET } from '../api/names.ts';
import { mergePatch } from './merge-patch.ts';

const PROGRESS = ['active', 'ready', 'terminating', 'succeeded', 'failed', 'completedIndexes', 'failedIndexes'];
/** The Job's outcome is decided; it follows as `Complete` or `Failed`, mostly within moments. */
const DECIDED = [CONDITION_SUCCESS_CRITERIA_MET, CONDITION_FAILURE_TARGET];

/**
 * Whether a change of status tells of progress only, which the next change soon overtakes: Pods are counted, or an outcome
 * is decided that is not final yet. A change of phase, of the Job, of what was observed, or an end is none.
 *
 * @param patch merge patch (RFC 7386) of the status
 */
export function isPassing(before: JobRunStatus, patch: Partial<Record<keyof JobRunStatus, unknown>>): boolean {
  const { conditions = before.conditions, ...rest } = patch as JobRunStatus;
  if (!Object.keys(rest).every((field) => PROGRESS.includes(field))) return false;
  return mergePatch({ conditions: lasting(before.conditions) }, { conditions: lasting(conditions) }) === undefined;
}

const lasting = (conditions: JobRunStatus['conditions'] = []): JobRunStatus['conditions'] =>
  conditions.filter(({ type }) => !DECIDED.includes(type));
