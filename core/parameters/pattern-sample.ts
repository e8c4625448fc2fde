import { compilePattern } from './pattern.ts';

/** Tried for a class of characters, in this order. */
const CHARACTERS = Array.from('a1A-_./:@ ,=+~#%&*!?;"\'()[]{}<>|\\^$\n\té文');

/**
 * A short text that matches a pattern of RE2, or `undefined` where none was found. It is a guess for the patterns that
 * people write: the first alternative of each group, and each repetition `times` times as far as the pattern lets it.
 */
export function patternSample(source: string, times: number): string | undefined {
  const guess = new Guess(source, times).alternatives();
  const compiled = compilePattern(source);
  return 'pattern' in compiled && compiled.pattern.test(guess) ? guess : undefined;
}

const QUANTIFIER = /([*+?]|\{(\d+)(,(\d*))?\})\??/y;
const CLASS = /\[\^?\]?(\[:\^?\w+:\]|\\.|[^\]\\])*\]/y;
const ESCAPE = /\\([pP](\{\^?\w+\}|\w)|x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|.)/suy;
const GROUP = /\((\?(P?<\w+>|[a-zA-Z-]*:))?/y;
const FLAGS = /\(\?[a-z-]+\)/iy;
/** What matches between characters. */
const EMPTY = /\^|\$|\\[AzbB]/y;

class Guess {
  readonly #source: string;
  readonly #times: number;
  #at = 0;

  constructor(source: string, times: number) {
    this.#source = source;
    this.#times = times;
  }

  /** Reads up to the end of the group; the first alternative is the one that counts. */
  alternatives(): string {
    const first = this.#sequence();
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      this.#sequence();
    }
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const atom = this.#atom();
      text += atom.repeat(this.#count());
    }
    return text;
  }

  #atom(): string {
    if (this.#take(EMPTY) !== undefined || this.#take(FLAGS) !== undefined) return '';
    if (this.#take(GROUP) !== undefined) {
      const inner = this.alternatives();
      this.#at += 1;
      return inner;
    }
    const set = this.#take(CLASS) ?? this.#take(ESCAPE);
    if (set !== undefined) return oneOf(set);
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return character === '.' ? 'a' : character;
  }

  #count(): number {
    const [quantifier, least, range, most] =
      /^([*+?]|\{(\d+)(,(\d*))?\})/.exec(this.#take(QUANTIFIER) ?? '')?.slice(1) ?? [];
    if (quantifier === undefined) return 1;
    if (quantifier === '?') return Math.min(1, this.#times);
    if (least === undefined) return Math.max(quantifier === '+' ? 1 : 0, this.#times);
    return range === undefined ? Number(least) : Math.max(Number(least), this.#atMost(most));
  }

  #atMost(most: string | undefined): number {
    return most === undefined || most === '' ? this.#times : Math.min(Number(most), this.#times);
  }

  #take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

function oneOf(set: string): string {
  const compiled = compilePattern(`^(?:${set})$`);
  if (!('pattern' in compiled)) return '';
  // Such as the `q` of [q-z] or of \q: whatever is written there is the best guess beside the usual ones.
  const candidates = [...CHARACTERS, ...Array.from(set)];
  return candidates.find((character) => compiled.pattern.test(character)) ?? '';
}
