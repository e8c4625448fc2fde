/**
 * Characters that a terminal obeys instead of showing them, or that make text look like other text: control and format
 * characters, line separators, and halves of surrogate pairs. The joiners of some scripts are text.
 */
const UNSAFE = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu;

/**
 * Text of a cluster, safe for a terminal: what could move the cursor, set a title or hide text is shown as `\x1b`. Lines
 * and tabs remain.
 */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, escaped);
}

/** The same on one line: line breaks and tabs are escaped, too. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** The text of a JSON document with the same value and without unsafe characters, which only its strings can have. */
export function printableJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(''),
  );
}

/** An escape that YAML's double-quoted strings have, too. */
export function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** Whether {@link printable} would change the text. */
export function isPrintable(text: string): boolean {
  return text.search(UNSAFE) === -1;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
