import { folderOf } from '../../local-kubernetes/programs/programs.ts';

/**
 * Whether the API server is the oldest that is supported. It reports the same errors at the same fields as the newest, but
 * some of them in other words.
 */
const isOldest = folderOf('kube-apiserver') !== folderOf('kubectl');

/** A text that a CEL rule or a size limit of a CRD refuses. The oldest API server quotes its type, not the text. */
export const refusedText = (text: string): string => `Invalid value: "${isOldest ? 'string' : text}"`;

/** A text of a custom resource that has more bytes than its schema permits. */
export const tooLongText = (bytes: number): string =>
  isOldest ? `Too long: may not be longer than ${bytes}` : `Too long: may not be more than ${bytes} bytes`;

/** Annotations that have more bytes than Kubernetes permits. */
export const TOO_LONG_ANNOTATIONS = isOldest
  ? 'metadata.annotations: Too long: must have at most 262144 bytes'
  : 'metadata.annotations: Too long: may not be more than 262144 bytes';

/** What the API server adds when the shape of an object is wrong, so that no CEL rule was evaluated. */
export const RULES_NOT_CHECKED = `<nil>: Invalid value: ${isOldest ? '"null"' : 'null'}: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation`;
