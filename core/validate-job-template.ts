import type { TemplateContent } from '../api/job-template.ts';
import type { FieldError } from './field-error.ts';

/**
 * What keeps a JobTemplate from ever making a Job, as far as it can be told without asking the API server. Whatever the
 * API server itself checks in a Job is left to it. Paths are the template's.
 */
export function validateJobTemplate(template: Pick<TemplateContent, 'spec'>): FieldError[] {
  const containers: unknown = template.spec.template.spec?.containers;
  if (Array.isArray(containers) && containers.length > 0) return [];
  return [
    {
      path: 'spec.template.spec.containers',
      reason: 'FieldValueRequired',
      message: 'Required value: a JobTemplate needs at least one container, with a name and an image',
    },
  ];
}
