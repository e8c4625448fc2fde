import type { TemplateContent } from '../api/job-template.ts';
import type { FieldError } from './field-error.ts';

/** What is wrong with a template's parameters and its placeholders. Paths are the template's. */
export function parameterDeclarationErrors(_content: TemplateContent): FieldError[] {
  return [];
}
