import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { field } from '../../../../core/errors/field.ts';
import { FieldPath } from '../../../../core/errors/field-path.ts';

describe('a field error', () => {
  const rows: [make: () => FieldError, reason: string, message: string][] = [
    [() => field.invalid('p', 'a', 'why'), 'FieldValueInvalid', 'Invalid value: "a": why'],
    [() => field.typeInvalid('p', 5, 'why'), 'FieldValueTypeInvalid', 'Invalid value: 5: why'],
    [
      () => field.notSupported('p', 'a', { supported: ['b', 'c'] }),
      'FieldValueNotSupported',
      'Unsupported value: "a": supported values: "b", "c"',
    ],
    [
      () => field.notSupported('p', 'a', { supported: ['b'], hint: 'did you mean "b"?' }),
      'FieldValueNotSupported',
      'Unsupported value: "a": supported values: "b"; did you mean "b"?',
    ],
    [() => field.invalid('p', 2 ** 53 - 1, 'why'), 'FieldValueInvalid', 'Invalid value: 9007199254740991: why'],
    // It may have been written as 9007199254740993.
    [() => field.invalid('p', 2 ** 53, 'why'), 'FieldValueInvalid', 'Invalid value: why'],
    [() => field.typeInvalid('p', -1e300, 'why'), 'FieldValueTypeInvalid', 'Invalid value: why'],
    [() => field.invalid('p', 0.1, 'why'), 'FieldValueInvalid', 'Invalid value: 0.1: why'],
    [() => field.notFound('p', 'a', 'why'), 'FieldValueNotFound', 'Not found: "a": why'],
    [() => field.forbidden('p', 'why'), 'FieldValueForbidden', 'Forbidden: why'],
    [() => field.required('p', 'why'), 'FieldValueRequired', 'Required value: why'],
    [() => field.duplicate('p', 'a'), 'FieldValueDuplicate', 'Duplicate value: "a"'],
    [() => field.duplicate('p', 'a', 'why'), 'FieldValueDuplicate', 'Duplicate value: "a": why'],
    [() => field.tooLong('p', 9), 'FieldValueTooLong', 'Too long: may not be more than 9 characters'],
    [() => field.tooMany('p', 3, 2), 'FieldValueTooMany', 'Too many: 3: must have at most 2 elements'],
  ];

  it.each(rows.map(([make, reason, message]) => ({ make, reason, message })))('reads: $message', (row) => {
    const { make, reason, message } = row;
    expect(make()).toEqual({ path: 'p', reason, message });
  });

  it('has its path as text, in the notation of Kubernetes', () => {
    const pathOf = (path: FieldPath | string) => field.required(path, 'why').path;
    const spec = FieldPath.of('spec');
    expect(pathOf('spec.a')).toBe('spec.a');
    expect(pathOf(FieldPath.of('spec', 'template', 'spec'))).toBe('spec.template.spec');
    expect(pathOf(spec.child('containers').index(1).child('env', 'name'))).toBe('spec.containers[1].env.name');
    expect(pathOf(FieldPath.of('metadata', 'labels').key('a.b/c'))).toBe('metadata.labels[a.b/c]');
    expect(pathOf(spec), 'unchanged by the paths made from it').toBe('spec');
  });
});
