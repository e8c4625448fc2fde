import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';

/** The user may use the template, and may override what the JobRun overrides. */
export function permissionToUse({
  authorization,
}: Pick<JobRunCreationOptions, 'authorization'>): Check<JobRunCreation> {
  return async ({ request, run, signal }) => ({
    unauthorized: await authorization.refusalOfCreate(request, run, signal),
  });
}
