import { nearNames } from '../errors/suggest.ts';

/** How many words of one template are compared with the names of its parameters. Each costs up to a tenth of a millisecond. */
const MOST_COMPARED = 30;

/** Finds the parameter that a word of a template may mean. The work for one template is bounded, however many words it has. */
export class SimilarNames {
  readonly #names: readonly string[];
  readonly #known = new Map<string, string | undefined>();

  constructor(names: Iterable<string>) {
    this.#names = Array.from(names);
  }

  /** The most similar name; `undefined` if none is similar, or if too many other words were compared before. */
  to(word: string): string | undefined {
    if (!this.#known.has(word) && this.#known.size < MOST_COMPARED) {
      this.#known.set(word, nearNames(word, this.#names)[0]);
    }
    return this.#known.get(word);
  }
}
