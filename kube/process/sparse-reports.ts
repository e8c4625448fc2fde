const ANOTHER_AFTER_MS = 60_000;
const SAME_AFTER_MS = 3_600_000;

/**
 * Decides which reports of a problem that can occur very often are worth a log line: the first one, another one a minute
 * later, and the same one an hour later.
 */
export class SparseReports {
  readonly #monotonic: () => number;
  #last: { problem: string; at: number } | undefined;

  /** @param monotonic a clock in milliseconds */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  isDue(problem: string): boolean {
    const at = this.#monotonic();
    const waitMs = problem === this.#last?.problem ? SAME_AFTER_MS : ANOTHER_AFTER_MS;
    if (this.#last !== undefined && at - this.#last.at < waitMs) return false;
    this.#last = { problem, at };
    return true;
  }
}
