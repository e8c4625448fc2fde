import type { JobStatus } from '../../api/wire.ts';

/** Longest message or reason of a condition. The start and the end are retained. */
const MOST_CHARACTERS = 4_096;
const MARK = ' ... ';
/** Longest list of indexes. Kubernetes writes ranges, but a Job can have 100,000 indexes. */
const MOST_OF_INDEXES = 32_768;
/** More than Kubernetes has types of conditions. */
const MOST_CONDITIONS = 32;

/**
 * The status of a Job in a size that every JobRun can have. A user who may write the status of a Job can make it very long,
 * and a status that is too long for the API server would never be stored. What Kubernetes itself writes fits, but for the
 * indexes of a very large Job: then only whole ranges from the start of the list are retained, and `...` follows them.
 */
export function boundedJobStatus(status: JobStatus = {}): JobStatus {
  const bounded: JobStatus = { ...status };
  if (status.conditions) bounded.conditions = boundedConditions(status.conditions);
  if (status.completedIndexes !== undefined) bounded.completedIndexes = boundedIndexes(status.completedIndexes);
  if (status.failedIndexes !== undefined) bounded.failedIndexes = boundedIndexes(status.failedIndexes);
  return bounded;
}

type Condition = NonNullable<JobStatus['conditions']>[number];

/** A condition that is True is more important than others: it may be the outcome. The order does not change. */
function boundedConditions(conditions: readonly Condition[]): Condition[] {
  const most = new Set([...conditions].sort((a, b) => rank(a) - rank(b)).slice(0, MOST_CONDITIONS));
  return conditions.filter((condition) => most.has(condition)).map(boundedCondition);
}

function rank({ status }: Condition): number {
  return status === 'True' ? 0 : 1;
}

function boundedCondition({ reason, message, ...rest }: Condition): Condition {
  return {
    ...rest,
    ...(reason !== undefined && { reason: boundedText(reason) }),
    ...(message !== undefined && { message: boundedText(message) }),
  };
}

/** A text that is short enough for a status. What a client sends to the API server can come back in its messages. */
export function boundedText(text: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const half = Math.floor((MOST_CHARACTERS - MARK.length) / 2);
  return `${text.slice(0, half)}${MARK}${text.slice(-half)}`.toWellFormed();
}

function boundedIndexes(indexes: string): string {
  if (indexes.length <= MOST_OF_INDEXES) return indexes;
  const end = indexes.lastIndexOf(',', MOST_OF_INDEXES - 4);
  return `${indexes.slice(0, Math.max(end, 0))},...`;
}
