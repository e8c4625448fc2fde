import type { Template } from '../../api/job-template.ts';
import type { FieldError } from '../errors/field-error.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import { field } from '../errors/field.ts';
import { namedParameters } from '../parameters/declarations.ts';
import { placeholderErrors } from '../template/placeholder-errors.ts';
import { tokenise } from '../template/placeholder.ts';

const PATH = 'runs.concurrency.group';

/** What is wrong with the name of the group that a template declares. */
export function groupErrors({ runs, parameters }: Pick<Template, 'runs' | 'parameters'>): FieldError[] {
  const group: unknown = runs?.concurrency?.group;
  if (typeof group !== 'string') return [];
  const tokens = tokenise(group);
  const declared = namedParameters(parameters);
  const errors = placeholderErrors({ strings: [{ path: PATH, tokens, kind: 'field' }] }, declared);
  if (errors.length > 0) return errors;
  return errorsOfEach(tokens, (token) => {
    if (token.kind === 'reference') {
      return [field.invalid(PATH, token.source, 'only parameters can be used here: write $(params.NAME)')];
    }
    const secret = token.kind === 'placeholder' && declared.some(({ name, secret }) => name === token.name && secret);
    if (!secret) return [];
    return [
      field.invalid(PATH, token.source, 'a secret parameter cannot be part of a group, whose name others can read'),
    ];
  });
}
