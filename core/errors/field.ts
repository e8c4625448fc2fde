import { counted } from './counted.ts';
import type { FieldError, FieldErrorReason } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { quoted, quotedList } from './quoted.ts';

type Path = FieldPath | string;

/** Replaces a value that does not help the user. The message omits it. */
export const OMITTED = Symbol('omitted');

/**
 * Constructors of field errors, one for each kind that Kubernetes has (`k8s.io/apimachinery/pkg/util/validation/field`).
 * Messages have the form of the API server's own.
 */
export const field = {
  /** The value has the right type and is wrong. */
  invalid: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueInvalid', sentence('Invalid value', value, why)),

  /** The value does not have the type of the field. */
  typeInvalid: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueTypeInvalid', sentence('Invalid value', value, why)),

  /** The value is not among the supported ones. @param hint what the user may have meant. */
  notSupported: (path: Path, value: unknown, { supported, hint = '' }: Choice): FieldError => {
    const message = sentence('Unsupported value', value, `supported values: ${quotedList(supported)}`);
    return error(path, 'FieldValueNotSupported', withHint(message, hint));
  },

  /** The object that the value names does not exist. */
  notFound: (path: Path, value: unknown, why: string): FieldError =>
    error(path, 'FieldValueNotFound', sentence('Not found', value, why)),

  /** The field must not be set here, whatever its value. */
  forbidden: (path: Path, why: string): FieldError => error(path, 'FieldValueForbidden', `Forbidden: ${why}`),

  /** The field must be set. */
  required: (path: Path, why: string): FieldError => error(path, 'FieldValueRequired', `Required value: ${why}`),

  /** The value occurs twice where each may occur once. */
  duplicate: (path: Path, value: unknown, why = ''): FieldError =>
    error(path, 'FieldValueDuplicate', sentence('Duplicate value', value, why)),

  /** The string is longer than `most` characters. */
  tooLong: (path: Path, most: number): FieldError =>
    error(path, 'FieldValueTooLong', `Too long: may not be more than ${counted(most, 'character')}`),

  /** The list has `count` elements. */
  tooMany: (path: Path, count: number, most: number): FieldError =>
    error(path, 'FieldValueTooMany', `Too many: ${count}: must have at most ${counted(most, 'element')}`),

  /** The value is too large in bytes, or makes something else too large. */
  tooLarge: (path: Path, why: string): FieldError => error(path, 'FieldValueTooLong', `Too long: ${why}`),

  /** There is no field of this name. @param hint what the user may have meant. */
  unknown: (path: Path, name: string, hint: string): FieldError =>
    error(path, 'FieldValueInvalid', withHint(`unknown field "${name}"`, hint)),

  /** An error of another check, with its message unchanged. */
  reported: (path: Path, reason: FieldErrorReason, message: string): FieldError => error(path, reason, message),
};

interface Choice {
  supported: readonly unknown[];
  hint?: string;
}

function sentence(kind: string, value: unknown, why: string): string {
  return [kind, ...(value === OMITTED || isRounded(value) ? [] : [quoted(value)]), ...(why === '' ? [] : [why])].join(
    ': ',
  );
}

/** Such an integer may not be the one that was written, so it is not quoted. */
function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}

function withHint(message: string, hint: string): string {
  return hint === '' ? message : `${message}; ${hint}`;
}

function error(path: Path, reason: FieldErrorReason, message: string): FieldError {
  return { path: String(path), reason, message };
}
