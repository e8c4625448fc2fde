import { unusedParameterWarnings } from '../../../core/template/unused-parameters.ts';
import type { Findings } from '../run-checks.ts';
import type { TemplateChange } from './template-change.ts';

/** Each declared parameter is used. This only warns. */
export function parametersUsed({ compiled }: Pick<TemplateChange, 'compiled'>): Findings {
  const template = compiled();
  return template.errors.length > 0 ? {} : { warnings: unusedParameterWarnings(template) };
}
