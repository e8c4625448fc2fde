/** Instructions that take as long to compile as one Unicode class, which has hundreds of ranges. */
export const UNICODE_CLASS = 100;
/** RE2 folds the case of each character of a range by itself; so many take as long as one instruction. */
const FOLDED_IN_ONE_INSTRUCTION = 40;
/** The last character that has another case. */
const LAST_FOLDED = 0x1e943;

/** A class of a pattern, such as `[a-z]`, `[^]]` or `[[:alpha:]\pL]`. */
export interface ClassCost {
  /** Where the text after the class begins. */
  end: number;
  /** The work to compile it, in instructions. */
  compilation: number;
}

/**
 * The cost of the class that begins at `at`, computed from its text.
 * @param folds whether the pattern ignores the case of letters
 */
export function classCost(text: string, start: number, { folds }: { folds: boolean }): ClassCost {
  let at = start + (text[start + 1] === '^' ? 2 : 1);
  let compilation = 1;
  let folded = 0;
  // A `]` at the beginning is part of the class.
  for (let isFirst = true; at < text.length && (isFirst || text[at] !== ']'); isFirst = false) {
    const low = at;
    if (isUnicodeClass(text, at)) compilation += UNICODE_CLASS;
    at = afterCharacter(text, at);
    if (!isHyphenOfRange(text, at)) continue;
    if (folds) folded += foldedIn(codePoint(text, low) ?? 0, codePoint(text, at + 1) ?? LAST_FOLDED);
    at = afterCharacter(text, at + 1);
  }
  return { end: at + 1, compilation: compilation + Math.floor(folded / FOLDED_IN_ONE_INSTRUCTION) };
}

/** A hyphen at the end of a class is a character of it. */
function isHyphenOfRange(text: string, at: number): boolean {
  return text[at] === '-' && at + 1 < text.length && text[at + 1] !== ']';
}

/** Where the text after the escape sequence at `at` begins: `\d`, `\pL`, `\p{Greek}` or `\x{10FFFF}`. */
export function afterEscape(text: string, at: number): number {
  const [letter = ' ', next] = [text[at + 1], text[at + 2]];
  const end = 'pPx'.includes(letter) && next === '{' ? text.indexOf('}', at) : -1;
  if (end !== -1) return end + 1;
  return at + ('pP'.includes(letter) ? 3 : 2);
}

export function isUnicodeClass(text: string, at: number): boolean {
  return text[at] === '\\' && 'pP'.includes(text[at + 1] ?? ' ');
}

function afterCharacter(text: string, at: number): number {
  if (text[at] === '\\') return afterEscape(text, at);
  if (text.startsWith('[:', at)) return at + (NAMED_CLASS.exec(text.slice(at, at + 16))?.[0].length ?? 1);
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

const NAMED_CLASS = /^\[:\^?[a-z]{1,10}:\]/;

/** `undefined` for an escape sequence other than `\x{…}`. */
function codePoint(text: string, at: number): number | undefined {
  if (text[at] !== '\\') return text.codePointAt(at);
  const [, digits] = /^\\x\{([0-9A-Fa-f]{1,6})\}/.exec(text.slice(at, at + 10)) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** How many characters of a range RE2 folds. */
function foldedIn(low: number, high: number): number {
  return Math.max(0, Math.min(high, LAST_FOLDED) - low);
}
