import { fixedNameErrors } from '../../../core/template/fixed-names.ts';
import type { Findings } from '../run-checks.ts';
import type { TemplateChange } from './template-change.ts';

/** The names that runs override containers and variables by are the same in every Job. */
export function namesFixed({ compiled }: Pick<TemplateChange, 'compiled'>): Findings {
  return { errors: fixedNameErrors(compiled()) };
}
