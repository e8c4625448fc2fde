import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';

/** The objects that the Job refers to exist, such as Secrets. A Job that the API server refuses needs none. */
export function referencesExist({ references }: Pick<JobRunCreationOptions, 'references'>): Check<JobRunCreation> {
  return async ({ rendering, dryRun, signal }) => {
    const { rendered } = (await rendering()) ?? {};
    if (rendered === undefined || !('job' in rendered)) return {};
    const [outcome, warnings] = await Promise.all([dryRun(), references.warnings(rendered.job, signal)]);
    const isRefused = outcome?.kind === 'invalid' || outcome?.kind === 'forbidden';
    return { warnings: isRefused ? [] : warnings };
  };
}
