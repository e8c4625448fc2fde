/** Go's encoder writes these characters as escapes, so that JSON can be part of HTML. */
const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g;

/**
 * The JSON of a request body, with the escapes that Go writes. Kubernetes compares some immutable fields, such as the data
 * of a ControllerRevision, byte for byte with what it has encoded itself.
 */
export function jsonBody(body: unknown): string {
  return JSON.stringify(body).replaceAll(
    ESCAPED_BY_GO,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
