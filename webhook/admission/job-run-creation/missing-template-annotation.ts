import { missingTemplatePolicy } from '../../../core/template/missing-template.ts';
import type { Check } from '../run-checks.ts';
import type { JobRunCreation, JobRunCreationOptions } from './job-run-creation.ts';

/** The annotation that sets the policy for a missing template has a supported value. */
export function missingTemplateAnnotation({
  missingTemplate,
}: Pick<JobRunCreationOptions, 'missingTemplate'>): Check<JobRunCreation> {
  return ({ run }) => {
    const { error } = missingTemplatePolicy(run, missingTemplate);
    return error === undefined ? {} : { errors: [error] };
  };
}
