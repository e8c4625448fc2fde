/** What Go's encoder writes in six bytes, and JavaScript's in one. */
const ESCAPED = /[<>&]/g;
/** What Go's encoder writes in six bytes, and JavaScript's in three. */
const SEPARATORS = /[\u2028\u2029]/g;
/** What Go's encoder can write in six bytes, and JavaScript's in two: `\\b` and `\\f`. */
const SHORT_CONTROLS = /\\[bf]/g;

/** The bytes of a value as JSON, as the API server writes it: Go escapes what could be HTML. */
export function jsonBytes(value: unknown): number {
  return bytesOfJson(JSON.stringify(value));
}

/** The same of a value that is JSON already. */
export function bytesOfJson(json: string): number {
  const escaped = 5 * count(json, ESCAPED) + 3 * count(json, SEPARATORS) + 4 * count(json, SHORT_CONTROLS);
  return Buffer.byteLength(json) + escaped;
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}
