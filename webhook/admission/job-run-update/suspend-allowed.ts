import { suspendErrors } from '../../../core/overrides/overrides.ts';
import type { Check } from '../run-checks.ts';
import type { JobRunUpdate, JobRunUpdateOptions } from './job-run-update.ts';

/** The template allows a JobRun to set `suspend`. A template that no longer exists forbids nothing. */
export function suspendAllowed({ templates }: Pick<JobRunUpdateOptions, 'templates'>): Check<JobRunUpdate> {
  return async ({ run, changesSuspend, signal }) => {
    if (!changesSuspend) return {};
    const found = await templates.resolve(run, signal);
    return found.kind === 'found' ? { errors: suspendErrors(found.template.compiled, run) } : {};
  };
}
