import type { JobRunStatus } from '../../api/job-run.ts';
import { CONDITION_COMPLETE, CONDITION_RESULTS_VALID } from '../../api/names.ts';
import type { JobStatus } from '../../api/wire.ts';
import type { ResultsOutcome } from '../results/results-outcome.ts';
import { boundedText } from './bounded-job-status.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/** The results of a run that has succeeded, if they are valid. */
export function resultValues(results: ResultsOutcome | undefined): Pick<JobRunStatus, 'results'> {
  return results?.status === 'True' ? { results: { ...results.values } } : {};
}

/** Whether the results of a run that has succeeded are valid. Wrong results are no failure of the run. */
export function resultsCondition(
  results: ResultsOutcome | undefined,
  { type, lastTransitionTime }: Condition,
): Condition[] {
  if (results === undefined || type !== CONDITION_COMPLETE) return [];
  const { status, reason, message } = results;
  const time = lastTransitionTime === undefined ? {} : { lastTransitionTime };
  return [{ type: CONDITION_RESULTS_VALID, status, reason, message: boundedText(message), ...time }];
}
