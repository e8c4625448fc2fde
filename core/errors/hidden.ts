import { beginningBefore, cutEndsOf, cutsIn, endAfter, type CutEnds, type Cuts } from './cut-ends.ts';

/** Replaces secret values in a text by `***`. */
export type Hide = (text: string) => string;

const MASK = '***';
/** A shorter value stays: it occurs in many words, and hides nothing that cannot be guessed. A secret is hidden as a whole. */
const SHORTEST = 4;
/** A shorter value that may be an ordinary word is hidden only where it is a whole value, not within another word. */
const SHORT = 8;
/** Of a longer value, each part of this length is hidden: a message can quote a value that was cut. */
const PART = 16;
/** A longer text loses its middle. Nobody reads more, and each character costs work. */
const LONGEST_TEXT = 4096;
/** A value can be quoted in a text that is quoted again. */
const MOST_QUOTATIONS = 2;

/**
 * Hides these values wherever they occur in a text, also what is left of them where it was cut, and escaped as in JSON or
 * by Go's `%q`. The work is linear in the length of the values and of the text, whatever they contain.
 *
 * @param values of which some may be ordinary words, such as `true`
 * @param secrets that are hidden within other words, too
 */
export function hiding(values: Iterable<string>, secrets: Iterable<string> = []): Hide {
  let prepared: Parts | undefined;
  return (text) => {
    prepared ??= partsOf(values, new Set(secrets));
    return prepared.byLength.size === 0 ? text : hiddenIn(text, prepared);
  };
}

interface Parts {
  /** What is hidden, by its length: whole values, and parts of long ones. */
  byLength: ReadonlyMap<number, ReadonlySet<string>>;
  /** How the shorter ones begin, so that few places of a text are tried with each length. */
  beginnings: ReadonlySet<string>;
  /** Values that are hidden within other words, unless they have fewer than four characters. */
  secrets: ReadonlySet<string>;
  /** What a cut can leave of values. */
  cut: CutEnds;
}

function partsOf(values: Iterable<string>, secrets: ReadonlySet<string>): Parts {
  const all = new Set([...Array.from(values).filter(({ length }) => length >= SHORTEST), ...secrets]);
  const byLength = new Map<number, Set<string>>();
  const beginnings = new Set<string>();
  const add = (part: string): void => {
    const parts = byLength.get(part.length);
    if (parts) parts.add(part);
    else byLength.set(part.length, new Set([part]));
  };
  for (const value of all) {
    if (value === '') continue;
    if (value.length < PART) beginnings.add(value.slice(0, SHORTEST));
    if (value.length < PART) add(value);
    else for (let at = 0; at + PART <= value.length; at++) add(value.slice(at, at + PART));
  }
  return { byLength, beginnings, secrets, cut: cutEndsOf(all) };
}

function hiddenIn(whole: string, parts: Parts): string {
  const { text, cut } = withoutMiddle(whole);
  const marks = new Uint8Array(text.length);
  // Here, a part of a value can be too short to be found.
  if (cut !== undefined) marks.fill(1, cut - PART, cut + PART);
  const cuts = cutsIn(text);
  let reading: Reading = { text, at: Array.from({ length: text.length + 1 }, (_, index) => index) };
  for (let level = 0; level <= MOST_QUOTATIONS; level++) {
    mark(reading, parts, marks);
    markCut(reading, { cuts, ends: parts.cut }, marks);
    if (!reading.text.includes('\\')) break;
    reading = unescaped(reading);
  }
  return masked(text, marks);
}

/** A text as it is read after escapes were resolved, and where each of its characters begins in the original text. */
interface Reading {
  text: string;
  at: readonly number[];
}

function mark({ text, at }: Reading, { byLength, beginnings, secrets }: Parts, marks: Uint8Array): void {
  const long = byLength.get(PART);
  const shorter = Array.from(byLength).filter(([length]) => length < PART);
  const shortest = shorter.filter(([length]) => length < SHORTEST);
  const put = (from: number, length: number): void => {
    marks.fill(1, at[from], at[from + length]);
  };
  for (let from = 0; from < text.length; from++) {
    if (long?.has(text.slice(from, from + PART)) === true) put(from, PART);
    const candidates = beginnings.has(text.slice(from, from + SHORTEST)) ? shorter : shortest;
    for (const [length, parts] of candidates) {
      const part = text.slice(from, from + length);
      if (parts.has(part) && (isDistinct(part, secrets) || isWhole(text, from, length))) put(from, length);
    }
  }
}

/** Whether a value is hidden within other words. */
function isDistinct(value: string, secrets: ReadonlySet<string>): boolean {
  return value.length >= SHORT || (value.length >= SHORTEST && secrets.has(value));
}

/** Hides what is left of values where the text was cut. */
function markCut({ text, at }: Reading, { cuts, ends }: { cuts: Cuts; ends: CutEnds }, marks: Uint8Array): void {
  if (cuts.before.size === 0) return;
  const beginningAt = (index: number, original: number): number =>
    cuts.before.has(original) ? beginningBefore(text, index, ends) : 0;
  for (const [index, original] of at.entries()) {
    const [before, after] = [beginningAt(index, original), cuts.after.has(original) ? endAfter(text, index, ends) : 0];
    if (before > 0) marks.fill(1, at[index - before], cuts.before.get(original));
    if (after > 0) marks.fill(1, original, at[index + after]);
  }
}

/** Whether this part of a text is quoted, or is what follows a colon, as the value in a field error is. */
function isWhole(text: string, from: number, length: number): boolean {
  const [before, after] = [text.slice(Math.max(0, from - 2), from), text.slice(from + length, from + length + 1)];
  if (/["'`]$/.test(before)) return before.endsWith(after) || after === '\\';
  return before === ': ' && (after === ':' || after === '');
}

const ESCAPE = /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|U([\da-fA-F]{8})|([^uxU]))/g;
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' };

/** Resolves the escapes of JSON and of Go. */
function unescaped({ text, at }: Reading): Reading {
  const pieces: string[] = [];
  const starts: number[] = [];
  let done = 0;
  const copy = (until: number): void => {
    pieces.push(text.slice(done, until));
    for (; done < until; done++) starts.push(at[done] ?? 0);
  };
  for (const { 0: escape, 1: u, 2: x, 3: long, 4: character = '', index } of text.matchAll(ESCAPE)) {
    copy(index);
    const code = u ?? x ?? long;
    const resolved = code === undefined ? (CONTROLS[character] ?? character) : characterOf(Number.parseInt(code, 16));
    pieces.push(resolved);
    for (let unit = 0; unit < resolved.length; unit++) starts.push(at[index] ?? 0);
    done = index + escape.length;
  }
  copy(text.length);
  return { text: pieces.join(''), at: [...starts, at[text.length] ?? 0] };
}

const LAST_CODE_POINT = 0x10ffff;

function characterOf(code: number): string {
  return code > LAST_CODE_POINT ? '\ufffd' : String.fromCodePoint(code);
}

/** @returns where the two ends meet, if the middle was removed */
function withoutMiddle(text: string): { text: string; cut?: number } {
  if (text.length <= LONGEST_TEXT) return { text };
  const cut = LONGEST_TEXT / 2;
  return { text: text.slice(0, cut) + text.slice(-cut), cut };
}

function masked(text: string, marks: Uint8Array): string {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    const isHidden = marks[from] === 1;
    let to = from + 1;
    while (to < text.length && (marks[to] === 1) === isHidden) to += 1;
    pieces.push(isHidden ? MASK : text.slice(from, to));
    from = to;
  }
  return pieces.join('');
}
