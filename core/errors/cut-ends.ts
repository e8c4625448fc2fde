/** Longer parts of a value are found without this. */
const LONGEST = 15;

/** Where a program has cut a text, also within an escape. */
const CUT = /((?:\\(?:u[\da-fA-F]{0,3}|x[\da-fA-F]?|U[\da-fA-F]{0,7})?)?)(?:\.\.\.|…) ?/g;

/** How values begin and end, as they can be left where a text was cut. */
export interface CutEnds {
  beginnings: ReadonlySet<string>;
  ends: ReadonlySet<string>;
}

/** @param values whose parts are hidden at a cut */
export function cutEndsOf(values: Iterable<string>): CutEnds {
  const [beginnings, ends] = [new Set<string>(), new Set<string>()];
  for (const value of values) {
    for (let length = 1; length <= Math.min(LONGEST, value.length); length++) {
      beginnings.add(value.slice(0, length));
      ends.add(value.slice(-length));
    }
  }
  return { beginnings, ends };
}

/** Where a text was cut: what is before such a place may be the beginning of a value, what is after it the end. */
export interface Cuts {
  /** The places, and where half an escape that follows each of them ends. */
  before: ReadonlyMap<number, number>;
  after: ReadonlySet<number>;
}

/** The places of a text in which a part was replaced by `...` or `…`. */
export function cutsIn(text: string): Cuts {
  const matches = Array.from(text.matchAll(CUT));
  return {
    before: new Map(matches.map(({ 1: escape = '', index }) => [index, index + escape.length])),
    after: new Set(matches.flatMap(({ 0: mark, index }) => [index + mark.length, index + mark.trimEnd().length])),
  };
}

/** The length of the longest beginning of a value that ends here, or 0. */
export function beginningBefore(text: string, at: number, { beginnings }: CutEnds): number {
  for (let length = Math.min(LONGEST, at); length > 0; length--) {
    if (beginnings.has(text.slice(at - length, at))) return length;
  }
  return 0;
}

/** The length of the longest end of a value that begins here, or 0. */
export function endAfter(text: string, at: number, { ends }: CutEnds): number {
  for (let length = Math.min(LONGEST, text.length - at); length > 0; length--) {
    if (ends.has(text.slice(at, at + length))) return length;
  }
  return 0;
}
