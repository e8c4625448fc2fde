import { callbackErrors, callbackWarnings } from '../../../core/callback/callback-errors.ts';
import type { CallbackPolicy } from '../../../core/callback/callback-policy.ts';
import type { JobRunCase } from '../admission-case.ts';
import type { Check } from '../run-checks.ts';

/** The administrator permits the callback of the run. */
export function callbackPermitted({ callbacks }: { callbacks: CallbackPolicy }): Check<JobRunCase> {
  return ({ run }) => ({ errors: callbackErrors(run, callbacks), warnings: callbackWarnings(run) });
}
