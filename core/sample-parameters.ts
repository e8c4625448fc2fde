import type { TemplateContent } from '../api/job-template.ts';
import type { ParameterValue } from '../api/parameter.ts';

/** Values with which a template can be tried out: defaults, and for required parameters something that fits its schema. */
export function sampleParameters(_content: TemplateContent): Record<string, ParameterValue> {
  return {};
}
