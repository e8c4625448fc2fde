import { templateCallbackErrors } from '../../../core/callback/callback-errors.ts';
import type { Check } from '../run-checks.ts';
import type { TemplateChange, TemplateChangeOptions } from './template-change.ts';

/** The administrator permits the callback that the template sets for its runs. */
export function callbackOfRunsPermitted({
  callbacks,
}: Pick<TemplateChangeOptions, 'callbacks'>): Check<TemplateChange> {
  return ({ template }) => ({ errors: templateCallbackErrors(template, callbacks) });
}
