/**
 * Kinds of mistakes in a field, as Kubernetes names them (`metav1.CauseType`); programs read them in
 * `status.details.causes[].reason` of a denial.
 */
export type FieldErrorReason =
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueInvalid'
  | 'FieldValueNotFound'
  | 'FieldValueNotSupported'
  | 'FieldValueRequired'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid';

/** One mistake of a user in one field. A value, not an exception: all of an object's are collected and told at once. */
export interface FieldError {
  /** Where, from the object's root, for instance `spec.template.spec.containers[0].image`; empty when no field is meant. */
  path: string;
  reason: FieldErrorReason;
  /** What is wrong and what would be right, for people. */
  message: string;
}

/** `path: message`, as Kubernetes prints a field error; the message alone when no field is meant. */
export function formatFieldError(error: FieldError): string {
  return error.path === '' ? error.message : `${error.path}: ${error.message}`;
}

/** All errors in one sentence, as Kubernetes prints a list of them: the bare error, or `[first, second]`. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const sentences = errors.map(formatFieldError);
  return sentences.length === 1 ? sentences.join('') : `[${sentences.join(', ')}]`;
}
