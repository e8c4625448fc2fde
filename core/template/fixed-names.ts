import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import type { CompiledTemplate } from './compile.ts';

const CONTAINER_NAME = /^spec\.template\.spec\.(?:containers|initContainers)\[\d+\]\.name$/;
const VARIABLE_NAME = /^spec\.template\.spec\.(?:containers|initContainers)\[\d+\]\.env\[\d+\]\.name$/;

/**
 * Placeholders in the names of containers, and in those of environment variables that runs may override. An error of the
 * template when it is applied only: a template that was stored with one still gets its Jobs.
 */
export function fixedNameErrors({ plan, allowed }: Pick<CompiledTemplate, 'plan' | 'allowed'>): FieldError[] {
  const isEnvAllowed = allowed.includes('env');
  return errorsOfEach(plan.strings, (string) => {
    // No element of a list, and no key, is a name.
    if (string.kind !== 'field') return [];
    const placeholder = string.tokens.find(({ kind }) => kind === 'placeholder');
    const why = placeholder && whyFixed(string.path, isEnvAllowed);
    return why === undefined ? [] : [field.invalid(string.path, placeholder?.source, why)];
  });
}

function whyFixed(path: string, isEnvAllowed: boolean): string | undefined {
  if (CONTAINER_NAME.test(path)) {
    return 'the name of a container must be the same in every Job, because runs override containers by name; write the name';
  }
  if (!isEnvAllowed || !VARIABLE_NAME.test(path)) return undefined;
  return 'the name of a variable that runs may override must be the same in every Job, because they override variables by name; write the name, or leave "env" out of overrides.allow';
}
