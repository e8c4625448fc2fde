import type { JobRun } from '../../api/job-run.ts';

/** Orders runs: the newest first. */
export function newestFirst(one: JobRun, other: JobRun): number {
  return (other.metadata.creationTimestamp ?? '').localeCompare(one.metadata.creationTimestamp ?? '');
}
