import { asTemplateErrors } from '../../../core/template/template-reference.ts';
import type { Findings } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

/** A Job can be rendered: the template is valid, the parameters fit it, and it allows the overrides. */
export async function jobRendered({ run, rendering }: JobRunCreation): Promise<Findings> {
  const { rendered } = (await rendering()) ?? {};
  if (rendered === undefined || 'job' in rendered) return {};
  const { errors, of } = rendered;
  return { errors: of === 'run' ? errors : asTemplateErrors(errors, run) };
}
