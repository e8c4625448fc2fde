import type { ValidationRule } from './kubernetes/json-schema.ts';

/**
 * CEL rules that prevent these fields of a spec from being added, changed or removed. Each field has its own rule, so that
 * the denial names the field. A rule for the whole spec could not do this, and could not exclude a field.
 */
export const immutableFields = (names: readonly string[]): ValidationRule[] =>
  names.map((name) => ({
    rule: sameField(name),
    ...immutable(name),
    fieldPath: `.${name}`,
  }));

/**
 * A CEL rule for a schema that has nullable properties: none of them is added, changed or removed. A null is equal to an
 * absent property, but `{a: null}` differs from `{}`. Before Kubernetes 1.34, `==` finds that such an object differs from
 * itself, and so does each object that contains it; use {@link sameFieldPresent} and {@link immutableList} for these.
 */
export const immutableNullables = (name: string, properties: readonly string[]): ValidationRule => ({
  // Not typed: a map whose values have no type is no field for CEL, and only maps have a size.
  rule: [
    'size(dyn(self)) == size(dyn(oldSelf))',
    ...properties.map((property) => `(${sameField(property, 'dyn(self)', 'dyn(oldSelf)')})`),
  ].join(' && '),
  ...immutable(name),
});

/** A CEL rule that prevents this field from being added or removed. Whether it may change, its own schema decides. */
export const sameFieldPresent = (name: string): ValidationRule => ({
  rule: `has(self.${name}) == has(oldSelf.${name})`,
  ...immutable(name),
  fieldPath: `.${name}`,
});

/**
 * A CEL rule that prevents a list from being changed, apart from one field of its items, which may only not be added or
 * removed: its schema has {@link immutableNullables}. Whatever the lists contain, a comparison of them as a whole costs
 * little in the budget of the API server.
 */
export const immutableList = (name: string, fields: readonly string[], other: string): ValidationRule => {
  const item = [...fields.map((field) => `dyn(item.?${field})`), `dyn(has(item.${other}))`].join(', ');
  const items = (object: string): string => `${object}.${name}.map(item, [${item}])`;
  return {
    rule: `has(self.${name}) == has(oldSelf.${name}) && (!has(self.${name}) || ${items('self')} == ${items('oldSelf')})`,
    ...immutable(name),
    fieldPath: `.${name}`,
  };
};

function sameField(name: string, self = 'self', oldSelf = 'oldSelf'): string {
  return `has(${self}.${name}) == has(${oldSelf}.${name}) && (!has(${self}.${name}) || ${self}.${name} == ${oldSelf}.${name})`;
}

function immutable(name: string): Pick<ValidationRule, 'message' | 'reason'> {
  return {
    message: `${name} is immutable: a JobRun runs once, as it was created; to run with other values, create another JobRun with a name of its own`,
    reason: 'FieldValueForbidden',
  };
}

/** A CEL rule that prevents this boolean field of a spec from being changed or removed once it is true. */
export const neverSetBack = (name: string): ValidationRule => ({
  rule: `!has(oldSelf.${name}) || !oldSelf.${name} || (has(self.${name}) && self.${name})`,
  message: `${name} cannot be set back: the JobRun is cancelled; to run it again, create another JobRun with a name of its own`,
  reason: 'FieldValueForbidden',
  fieldPath: `.${name}`,
});
