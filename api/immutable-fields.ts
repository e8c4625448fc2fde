import type { ValidationRule } from './kubernetes/json-schema.ts';

/**
 * CEL rules that prevent these fields of a spec from being added, changed or removed. Each field has its own rule, so that
 * the denial names the field. A rule for the whole spec could not do this, and could not exclude a field.
 */
export const immutableFields = (names: readonly string[]): ValidationRule[] =>
  names.map((name) => ({
    rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || self.${name} == oldSelf.${name})`,
    message: `${name} is immutable: a JobRun runs once, as it was created; to run with other values, create another JobRun with a name of its own`,
    reason: 'FieldValueForbidden',
    fieldPath: `.${name}`,
  }));

/** A CEL rule that prevents this boolean field of a spec from being changed or removed once it is true. */
export const neverSetBack = (name: string): ValidationRule => ({
  rule: `!has(oldSelf.${name}) || !oldSelf.${name} || (has(self.${name}) && self.${name})`,
  message: `${name} cannot be set back: the JobRun is cancelled; to run it again, create another JobRun with a name of its own`,
  reason: 'FieldValueForbidden',
  fieldPath: `.${name}`,
});
