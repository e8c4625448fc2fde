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

/** One mistake of a user in one field. A value, not an exception: all errors of an object are returned at once. */
export interface FieldError {
  /** Path from the object's root, such as `spec.template.spec.containers[0].image`; empty for the object as a whole. */
  path: string;
  reason: FieldErrorReason;
  /** What is wrong and what would be right, for people. */
  message: string;
}

/** `path: message`, as Kubernetes prints a field error; the message alone where the path is empty. */
export function formatFieldError(error: FieldError): string {
  return error.path === '' ? error.message : `${error.path}: ${error.message}`;
}

/** All errors in one sentence, as Kubernetes prints a list of them: the bare error, or `[first, second]`. */
export function formatFieldErrors(errors: readonly FieldError[]): string {
  const sentences = errors.map(formatFieldError);
  return sentences.length === 1 ? sentences.join('') : `[${sentences.join(', ')}]`;
}
