import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';
import type { RepeatableJob } from '../repeatable-job.ts';

type Options = Pick<JobRunCreationOptions, 'references'>;

/** The objects that the Job refers to exist, such as Secrets. A Job that the API server refuses needs none. */
export function referencesExist(options: Options): Check<JobRunCreation> {
  return async ({ rendering, dryRun, signal }) => {
    const { rendered } = (await rendering()) ?? {};
    if (rendered === undefined || !('job' in rendered)) return {};
    // In this order: the dry run may release the Job.
    const [warnings, outcome] = await Promise.all([warningsOf(options, rendered, signal), dryRun()]);
    const isRefused = outcome?.kind === 'invalid' || outcome?.kind === 'forbidden';
    return { warnings: isRefused ? [] : warnings };
  };
}

/** Not a part of the check: nothing may hold the Job while the dry run waits. */
function warningsOf({ references }: Options, rendered: RepeatableJob, signal: AbortSignal): Promise<string[]> {
  return references.warnings(rendered.job(), signal);
}
