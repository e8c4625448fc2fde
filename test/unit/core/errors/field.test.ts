import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { field } from '../../../../core/errors/field.ts';
import { FieldPath } from '../../../../core/errors/field-path.ts';

describe('a field error', () => {
  it.each<[FieldError, string, string]>([
    [field.invalid('p', 'a', 'why'), 'FieldValueInvalid', 'Invalid value: "a": why'],
    [field.typeInvalid('p', 5, 'why'), 'FieldValueTypeInvalid', 'Invalid value: 5: why'],
    [
      field.notSupported('p', 'a', { supported: ['b', 'c'] }),
      'FieldValueNotSupported',
      'Unsupported value: "a": supported values: "b", "c"',
    ],
    [
      field.notSupported('p', 'a', { supported: ['b'], hint: 'did you mean "b"?' }),
      'FieldValueNotSupported',
      'Unsupported value: "a": supported values: "b"; did you mean "b"?',
    ],
    [field.notFound('p', 'a', 'why'), 'FieldValueNotFound', 'Not found: "a": why'],
    [field.forbidden('p', 'why'), 'FieldValueForbidden', 'Forbidden: why'],
    [field.required('p', 'why'), 'FieldValueRequired', 'Required value: why'],
    [field.duplicate('p', 'a'), 'FieldValueDuplicate', 'Duplicate value: "a"'],
    [field.duplicate('p', 'a', 'why'), 'FieldValueDuplicate', 'Duplicate value: "a": why'],
    [field.tooLong('p', 9), 'FieldValueTooLong', 'Too long: may not be more than 9 characters'],
    [field.tooLong('p', 9, 'bytes'), 'FieldValueTooLong', 'Too long: may not be more than 9 bytes'],
    [field.tooMany('p', 3, 2), 'FieldValueTooMany', 'Too many: 3: must have at most 2 elements'],
  ])("has the form of the API server's own: %j", (error, reason, message) => {
    expect(error).toEqual({ path: 'p', reason, message });
  });

  it('has its path as text', () => {
    expect(field.required(FieldPath.of('spec').child('a').index(1), 'why').path).toBe('spec.a[1]');
  });
});
