import type { Check } from '../run-checks.ts';
import type { JobRunUpdate, JobRunUpdateOptions } from './job-run-update.ts';

/** The user may suspend or resume the JobRun. */
export function permissionToSuspend({
  authorization,
}: Pick<JobRunUpdateOptions, 'authorization'>): Check<JobRunUpdate> {
  return async ({ request, run, changesSuspend, signal }) => {
    if (!changesSuspend) return {};
    return { unauthorized: await authorization.refusalOfSuspend(request, run, signal) };
  };
}
