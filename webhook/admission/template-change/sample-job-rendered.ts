import { sampleErrors } from '../../../core/template/sample-job.ts';
import type { Findings } from '../run-checks.ts';
import type { TemplateChange } from './template-change.ts';

/** A Job can be rendered from the template. */
export function sampleJobRendered({ sampleJob }: Pick<TemplateChange, 'sampleJob'>): Findings {
  return { errors: sampleErrors(sampleJob()) };
}
