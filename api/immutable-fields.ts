import type { ValidationRule } from './kubernetes/json-schema.ts';

/**
 * CEL rules by which none of these fields of a spec can be added, changed or removed: one each, so that the denial names
 * the field. (A whole-spec rule would be one sentence about everything, and could not leave a field out.)
 */
export const immutableFields = (names: readonly string[]): ValidationRule[] =>
  names.map((name) => ({
    rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`,
    message: `${name} is immutable: a JobRun runs once, as it was created; to run with other values, create another JobRun with a name of its own`,
    reason: 'FieldValueForbidden',
    fieldPath: `.${name}`,
  }));
