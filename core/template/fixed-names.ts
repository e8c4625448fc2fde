import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import type { PlaceholderPlan } from './placeholder-plan.ts';

const CONTAINER_NAME = /^spec\.template\.spec\.(?:containers|initContainers)\[\d+\]\.name$/;
const WHY =
  'the name of a container must be the same in every Job, because runs override containers by name; write the name';

/**
 * Placeholders in the names of containers. An error of the template when it is applied only: a template that was stored
 * with one still gets its Jobs.
 */
export function fixedNameErrors({ strings }: Pick<PlaceholderPlan, 'strings'>): FieldError[] {
  const names = strings.filter(({ path }) => CONTAINER_NAME.test(path));
  return errorsOfEach(names, ({ path, tokens }) => {
    const placeholder = tokens.find(({ kind }) => kind === 'placeholder');
    return placeholder === undefined ? [] : [field.invalid(path, placeholder.source, WHY)];
  });
}
