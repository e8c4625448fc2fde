import { callbackErrors, callbackWarnings, inheritedCallbackErrors } from '../../../core/callback/callback-errors.ts';
import type { CallbackPolicy } from '../../../core/callback/callback-policy.ts';
import { formatFieldErrors } from '../../../core/errors/field-error.ts';
import type { Check } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

interface Options {
  callbacks: CallbackPolicy;
}

/** The administrator permits the callback of the run. That of its template only warns: the run can do its work. */
export function callbackPermitted(options: Options): Check<JobRunCreation> {
  return async (creation) => {
    const { run } = creation;
    const inherited = run.spec.callbackUrl === undefined ? await inheritedWarnings(creation, options) : [];
    return { errors: callbackErrors(run, options.callbacks), warnings: [...callbackWarnings(run), ...inherited] };
  };
}

async function inheritedWarnings({ run, template }: JobRunCreation, { callbacks }: Options): Promise<string[]> {
  const found = await template();
  if (found.kind !== 'found') return [];
  const { key, callback } = found.present ?? found.template;
  const errors = inheritedCallbackErrors(run, callback, callbacks);
  if (errors.length === 0) return [];
  return [`the callback of ${key.kind} "${key.name}" will not be sent for this JobRun: ${formatFieldErrors(errors)}`];
}
