/** Whether the pattern ignores the case of letters: then RE2 also adds the other cases of each letter of a class. */
export interface Folding {
  folds: boolean;
}

/** So many instructions take as long to compile as one Unicode class, which has hundreds of ranges. */
const unicodeClass = ({ folds }: Folding): number => (folds ? 260 : 120);
/** The same of `[:word:]` and its like. */
const namedClass = ({ folds }: Folding): number => (folds ? 18 : 2);
/** The same of `\w`, and of other escapes. */
const WORDS_FOLDED = 8;
/** RE2 folds the case of each character of a range by itself; so many take as long as one instruction. */
const FOLDED_IN_ONE_INSTRUCTION = 14;
/** So many characters and ranges of a class take as long as one instruction. */
const MEMBERS_IN_ONE_INSTRUCTION = 2;
/** To find a character among the hundreds of ranges of a Unicode class takes as long as two instructions. */
const SEARCHED = 2;
/** The last character that has another case. */
const LAST_FOLDED = 0x1e943;

/** A class of a pattern, such as `[a-z]`, `[^]]` or `[[:alpha:]\pL]`. */
export interface ClassCost {
  /** Where the text after the class begins. */
  end: number;
  /** The work to match a character, in instructions. */
  size: number;
  /** The work to compile it, in instructions. */
  compilation: number;
}

/**
 * The cost of the class that begins at `at`, computed from its text.
 * @param folds whether the pattern ignores the case of letters
 */
export function classCost(text: string, start: number, { folds }: Folding): ClassCost {
  let at = start + (text[start + 1] === '^' ? 2 : 1);
  let [size, compilation, members, folded] = [1, 1, 0, 0];
  // A `]` at the beginning is part of the class.
  for (let isFirst = true; at < text.length && (isFirst || text[at] !== ']'); isFirst = false) {
    const low = at;
    members += 1;
    size = Math.max(size, escapeSize(text, at));
    compilation += memberCost(text, at, { folds });
    at = afterCharacter(text, at);
    if (!isHyphenOfRange(text, at)) continue;
    if (folds) folded += foldedIn(codePoint(text, low) ?? 0, codePoint(text, at + 1) ?? LAST_FOLDED);
    at = afterCharacter(text, at + 1);
  }
  const shared = Math.floor(members / MEMBERS_IN_ONE_INSTRUCTION + folded / FOLDED_IN_ONE_INSTRUCTION);
  return { end: at + 1, size, compilation: compilation + shared };
}

/** What a class within a class adds. */
function memberCost(text: string, at: number, folding: Folding): number {
  if (text[at] === '\\') return escapeCost(text, at, folding) - 1;
  return namedClassAt(text, at) === 0 ? 0 : namedClass(folding);
}

/** The work to compile the escape sequence at `at`, in instructions. */
export function escapeCost(text: string, at: number, folding: Folding): number {
  if (isUnicodeClass(text, at)) return unicodeClass(folding);
  return folding.folds && 'wW'.includes(text[at + 1] ?? ' ') ? WORDS_FOLDED : 1;
}

/** The work to match a character with the escape sequence at `at`, in instructions. */
export function escapeSize(text: string, at: number): number {
  return isUnicodeClass(text, at) ? SEARCHED : 1;
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

function isUnicodeClass(text: string, at: number): boolean {
  return text[at] === '\\' && 'pP'.includes(text[at + 1] ?? ' ');
}

function afterCharacter(text: string, at: number): number {
  if (text[at] === '\\') return afterEscape(text, at);
  const named = namedClassAt(text, at);
  if (named > 0) return at + named;
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

/** The length of the named class at `at`, or 0. */
function namedClassAt(text: string, at: number): number {
  return text.startsWith('[:', at) ? (NAMED_CLASS.exec(text.slice(at, at + 16))?.[0].length ?? 0) : 0;
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
