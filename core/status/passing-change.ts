import type { JobRunStatus } from '../../api/job-run.ts';
import { CONDITION_FAILURE_TARGET, CONDITION_SUCCESS_CRITERIA_MET } from '../../api/names.ts';
import { mergePatch } from './merge-patch.ts';

const PROGRESS = ['active', 'ready', 'terminating', 'succeeded', 'failed', 'completedIndexes', 'failedIndexes'];
/** The Job's outcome is decided. `Complete` or `Failed` follows, usually within moments. */
const DECIDED = [CONDITION_SUCCESS_CRITERIA_MET, CONDITION_FAILURE_TARGET];

/**
 * Whether a change of status only reports progress that the next change soon replaces: counts of Pods, or an outcome that
 * is decided but not final. A change of `phase`, `jobName`, `observedGeneration` or any other condition is not passing.
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
