import { describe, expect, it } from 'vitest';
import { formatFieldErrors, type FieldError } from '../../../../core/errors/field-error.ts';

const required: FieldError = { path: 'spec.a', reason: 'FieldValueRequired', message: 'Required value' };
const pathless: FieldError = { path: '', reason: 'FieldValueInvalid', message: 'not a Job' };

describe('formatFieldErrors', () => {
  it('prints a single error without brackets, as Kubernetes does', () => {
    expect(formatFieldErrors([required])).toBe('spec.a: Required value');
  });

  it('prints several errors as a list, as Kubernetes does', () => {
    expect(formatFieldErrors([required, pathless])).toBe('[spec.a: Required value, not a Job]');
  });

  it('prints an empty list if there are no errors', () => {
    expect(formatFieldErrors([])).toBe('[]');
  });
});
