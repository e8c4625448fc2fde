/** The JSON of one page should have about this many bytes. */
const WANTED_BYTES = 2 * 1024 * 1024;
/** No page has more bytes than this: an answer that is longer is not read to its end. */
export const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/**
 * How many objects to ask for in the next page of a list, so that a page has a bounded size whatever the objects' sizes.
 * Asks for half after an answer that was too large, and follows the size of the objects after each page.
 */
export class PageSize {
  readonly #most: number;
  #limit: number;

  /** @param most never ask for more objects than this. */
  constructor(most: number) {
    this.#most = most;
    this.#limit = most;
  }

  get limit(): number {
    return this.#limit;
  }

  /** An answer was too large. Returns false if a smaller page cannot be asked for. */
  tooLarge(): boolean {
    if (this.#limit === 1) return false;
    this.#limit = Math.ceil(this.#limit / 2);
    return true;
  }

  /** A page arrived. The limit at most doubles: the next objects may be larger. */
  arrived(objects: number, bytes: number): void {
    if (objects === 0) return;
    const fitting = Math.floor(WANTED_BYTES / Math.max(1, bytes / objects));
    this.#limit = Math.max(1, Math.min(this.#most, fitting, 2 * this.#limit));
  }
}
