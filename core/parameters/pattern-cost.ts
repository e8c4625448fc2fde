import { afterEscape, classCost, escapeCost, escapeSize } from './class-cost.ts';

/** What a regular expression costs, computed from its text before it is compiled. */
export interface PatternCost {
  /** About the number of instructions of the compiled program: each character of a text takes at most so many steps. */
  size: number;
  /** The work to compile it, in instructions. A Unicode class costs more than its one instruction, when it is read. */
  compilation: number;
}

const NOTHING: PatternCost = { size: 0, compilation: 0 };
const ONE: PatternCost = { size: 1, compilation: 1 };

/**
 * Computes the cost of a pattern of RE2 without compiling it, in one pass. `(a{100}b){10}` costs ten times what its
 * group costs, as RE2 compiles a repetition into copies, but it is read once. A pattern with a wrong syntax has some cost, too.
 */
export function patternCost(pattern: string): PatternCost {
  const scanner = new Scanner(pattern);
  while (scanner.step());
  return scanner.cost();
}

/** One group: the cost of everything before the last element, and of the last element. */
interface Group {
  before: PatternCost;
  last: PatternCost;
}

class Scanner {
  readonly #text: string;
  readonly #folds: boolean;
  #at = 0;
  #groups: Group[] = [{ before: NOTHING, last: NOTHING }];

  constructor(text: string) {
    this.#text = text;
    this.#folds = IGNORES_CASE.test(text);
  }

  /** Reads one element. Returns false at the end. */
  step(): boolean {
    const next = this.#text[this.#at];
    if (next === undefined) return false;
    const read = READERS[next];
    if (read) read(this);
    else this.#literal();
    return true;
  }

  /** The cost of everything read so far. */
  cost(): PatternCost {
    while (this.#groups.length > 1) this.close();
    const [group = { before: NOTHING, last: NOTHING }] = this.#groups;
    return sum(group.before, group.last);
  }

  #literal(): void {
    this.#at += 1;
    this.#element(ONE);
  }

  #element(cost: PatternCost): void {
    const group = this.#group();
    group.before = sum(group.before, group.last);
    group.last = cost;
  }

  #group(): Group {
    const group = this.#groups.at(-1);
    if (group === undefined) throw new Error('the scanner has closed its outermost group');
    return group;
  }

  /** `(`, `(?:`, `(?P<name>` or `(?i)`. */
  open(): void {
    this.#at += 1;
    if (this.#text[this.#at] === '?') {
      while (this.#at < this.#text.length && !':>)'.includes(this.#text[this.#at] ?? '')) this.#at += 1;
      if (this.#text[this.#at] !== ')') this.#at += 1;
    }
    this.#groups.push({ before: NOTHING, last: NOTHING });
  }

  /** Two instructions record where a capturing group begins and ends. */
  close(): void {
    this.#at += 1;
    if (this.#groups.length === 1) return;
    const { before, last } = this.#groups.pop() ?? { before: NOTHING, last: NOTHING };
    this.#element(sum(sum(before, last), { size: 2, compilation: 2 }));
  }

  /** `|`, which is one instruction. */
  alternative(): void {
    this.#literal();
    this.#element(NOTHING);
  }

  /** `*`, `+` or `?`: at most two instructions more. */
  quantifier(): void {
    this.#at += 1;
    const group = this.#group();
    group.last = sum(group.last, { size: 2, compilation: 2 });
  }

  /** `{3}`, `{3,}` or `{3,5}`: copies of the last element. Anything else in braces is text. */
  repetition(): void {
    const found = REPETITION.exec(this.#text.slice(this.#at, this.#at + LONGEST_REPETITION));
    if (found === null) {
      this.#literal();
      return;
    }
    this.#at += found[0].length;
    const [, least = '0', comma, most = ''] = found;
    const copies = Math.max(1, Number(least), Number(most)) + (comma !== undefined && most === '' ? 1 : 0);
    const group = this.#group();
    group.last = times(comma === undefined ? group.last : sum(group.last, ONE), copies);
  }

  /** `\d`, `\pL`, `\p{Greek}`, `\x{10FFFF}`, `\Q…\E`. */
  escape(): void {
    const letter = this.#text[this.#at + 1];
    if (letter === 'Q') {
      this.#quotedText();
      return;
    }
    const compilation = escapeCost(this.#text, this.#at, { folds: this.#folds });
    this.#element({ size: escapeSize(this.#text, this.#at), compilation });
    this.#at = afterEscape(this.#text, this.#at);
  }

  #quotedText(): void {
    const end = this.#text.indexOf('\\E', this.#at + 2);
    const length = (end === -1 ? this.#text.length : end) - this.#at - 2;
    this.#at += 2 + length + (end === -1 ? 0 : 2);
    this.#element({ size: length, compilation: length });
  }

  /** `[a-z]`, `[^]]`, `[[:alpha:]\pL]`: one instruction. */
  class(): void {
    const { end, size, compilation } = classCost(this.#text, this.#at, { folds: this.#folds });
    this.#at = end;
    this.#element({ size, compilation: Math.max(size, compilation) });
  }
}

/** A group that sets the flag `i`: the pattern ignores the case of letters there. */
const IGNORES_CASE = /\(\?[A-Za-z]*i/;

/** RE2 accepts no count above 1000. */
const LONGEST_REPETITION = 16;
const REPETITION = /^\{(\d{1,5})(,(\d{0,5}))?\}/;

const READERS: Record<string, (scanner: Scanner) => void> = {
  '(': (scanner) => {
    scanner.open();
  },
  ')': (scanner) => {
    scanner.close();
  },
  '[': (scanner) => {
    scanner.class();
  },
  '|': (scanner) => {
    scanner.alternative();
  },
  '\\': (scanner) => {
    scanner.escape();
  },
  '{': (scanner) => {
    scanner.repetition();
  },
  '*': (scanner) => {
    scanner.quantifier();
  },
  '+': (scanner) => {
    scanner.quantifier();
  },
  '?': (scanner) => {
    scanner.quantifier();
  },
};

function sum(one: PatternCost, other: PatternCost): PatternCost {
  return { size: one.size + other.size, compilation: one.compilation + other.compilation };
}

/** What a pattern costs beyond its instructions is spent once, when it is read. */
function times({ size, compilation }: PatternCost, count: number): PatternCost {
  return { size: size * count, compilation: compilation - size + size * count };
}
