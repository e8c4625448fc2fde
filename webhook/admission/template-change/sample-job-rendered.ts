import type { Findings } from '../run-checks.ts';
import type { TemplateChange } from './template-change.ts';

/** A Job can be rendered from the template. */
export function sampleJobRendered({ sampleJob }: Pick<TemplateChange, 'sampleJob'>): Findings {
  const rendered = sampleJob();
  // An error of the run is caused by a made-up value: there is no Job to check.
  return 'errors' in rendered && rendered.of === 'template' ? { errors: rendered.errors } : {};
}
