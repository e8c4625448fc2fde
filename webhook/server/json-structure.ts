const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** What a JSON text costs to parse, apart from its length. */
export interface JsonStructure {
  /** Maps, lists, and their entries but the first. */
  values: number;
  /** Levels of maps and lists in each other. */
  depth: number;
}

/** Measures a text without parsing it. The result for a text that is not JSON has no meaning. */
export function jsonStructure(text: string): JsonStructure {
  let [values, level, depth] = [0, 0, 0];
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COMMA:
        values += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        values += 1;
        level += 1;
        depth = Math.max(depth, level);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        level -= 1;
        break;
    }
  }
  return { values, depth };
}

/** The index of the quote that closes the string; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}
