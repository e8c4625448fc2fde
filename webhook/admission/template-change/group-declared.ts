import { groupErrors } from '../../../core/concurrency/group-errors.ts';
import type { Findings } from '../run-checks.ts';
import type { TemplateChange } from './template-change.ts';

/** The name of the concurrency group has only placeholders of parameters that are declared, and not secret. */
export function groupDeclared({ template }: Pick<TemplateChange, 'template'>): Findings {
  return { errors: groupErrors(template) };
}
