import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';
import type { JobOfRun } from './rendering.ts';

type Options = Pick<JobRunCreationOptions, 'references'>;

/** The objects that the Job refers to exist, such as Secrets. A Job that the API server refuses needs none. */
export function referencesExist(options: Options): Check<JobRunCreation> {
  return async ({ rendering, dryRun, signal }) => {
    const { rendered } = (await rendering()) ?? {};
    if (rendered === undefined || !('job' in rendered)) return {};
    const [outcome, warnings] = await Promise.all([dryRun(), warningsOf(options, rendered, signal)]);
    const isRefused = outcome?.kind === 'invalid' || outcome?.kind === 'forbidden';
    return { warnings: isRefused ? [] : warnings };
  };
}

/** Not a part of the check: nothing may hold the Job while the dry run waits. */
function warningsOf({ references }: Options, rendered: JobOfRun, signal: AbortSignal): Promise<string[]> {
  return references.warnings(rendered.job(), signal);
}
