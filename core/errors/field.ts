import type { FieldError, FieldErrorReason } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { quoted, quotedList } from './quoted.ts';

type Path = FieldPath | string;

/**
 * Constructors of field errors, one for each kind that Kubernetes knows (`k8s.io/apimachinery/pkg/util/validation/field`).
 * Each gives the sentence the form that the API server's own errors have.
 */
export const field = {
  /** The value has the right type and is wrong. */
  invalid: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueInvalid', `Invalid value: ${quoted(value)}: ${why}`),

  /** The value does not have the type of the field. */
  typeInvalid: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueTypeInvalid', `Invalid value: ${quoted(value)}: ${why}`),

  /** The value is none of the supported ones. @param hint what the user may have meant. */
  notSupported: (path: Path, value: unknown, { supported, hint = '' }: Choice): FieldError => {
    const message = `Unsupported value: ${quoted(value)}: supported values: ${quotedList(supported)}`;
    return error(path, 'FieldValueNotSupported', hint === '' ? message : `${message}; ${hint}`);
  },

  /** What the value names does not exist. */
  notFound: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueNotFound', `Not found: ${quoted(value)}: ${why}`),

  /** The field must not be set here, whatever its value. */
  forbidden: (path: Path, why: string): FieldError => error(path, 'FieldValueForbidden', `Forbidden: ${why}`),

  /** The field must be set. */
  required: (path: Path, why: string): FieldError => error(path, 'FieldValueRequired', `Required value: ${why}`),

  /** The value occurs twice where each may occur once. */
  duplicate: (path: Path, value: unknown, why = ''): FieldError =>
    error(path, 'FieldValueDuplicate', `Duplicate value: ${quoted(value)}${why === '' ? '' : `: ${why}`}`),

  tooLong: (path: Path, most: number, noun = 'characters'): FieldError =>
    error(path, 'FieldValueTooLong', `Too long: may not be more than ${most} ${noun}`),

  tooMany: (path: Path, count: number, most: number): FieldError =>
    error(path, 'FieldValueTooMany', `Too many: ${count}: must have at most ${most} elements`),
};

interface Choice {
  supported: readonly unknown[];
  hint?: string;
}

function error(path: Path, reason: FieldErrorReason, message: string): FieldError {
  return { path: String(path), reason, message };
}
