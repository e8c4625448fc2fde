/** A finished run in the order of removal. */
export interface FinishedRun {
  /** `namespace/name` */
  key: string;
  /** Milliseconds since the Unix epoch. */
  finishedMs: number;
}

/** A heap has this many runs that are no longer in the history before they are dropped, besides as many as it has. */
const MOST_DROPPED = 16;

/**
 * Finished runs, of which the oldest is known at any time. Each change costs no more than the logarithm of their number. Runs
 * that finished in the same second are in the order of their names, so that every leader removes the same ones.
 */
export class RunHistory {
  readonly #runs = new Map<string, FinishedRun>();
  /** A binary heap. Has also runs that were removed, until they are the oldest. */
  #heap: FinishedRun[] = [];

  get size(): number {
    return this.#runs.size;
  }

  /** Adds a run, or replaces the one with its key. */
  add(run: FinishedRun): void {
    this.#runs.set(run.key, run);
    this.#heap.push(run);
    this.#up(this.#heap.length - 1);
    this.#compact();
  }

  remove(key: string): void {
    this.#runs.delete(key);
    this.#compact();
  }

  oldest(): FinishedRun | undefined {
    while (this.#heap[0] && !this.#has(this.#heap[0])) this.#pop();
    return this.#heap[0];
  }

  #has(run: FinishedRun): boolean {
    return this.#runs.get(run.key) === run;
  }

  /** Removed runs must not be remembered for ever: the oldest one can be retained. */
  #compact(): void {
    if (this.#heap.length <= 2 * this.#runs.size + MOST_DROPPED) return;
    // A sorted list is a heap.
    this.#heap = Array.from(this.#runs.values()).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down();
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  #down(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, index)) return;
      index = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    return left !== undefined && right !== undefined && isBefore(left, right);
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [lower, upper] = [this.#heap[child], this.#heap[parent]];
    if (lower === undefined || upper === undefined || !isBefore(lower, upper)) return false;
    this.#heap[parent] = lower;
    this.#heap[child] = upper;
    return true;
  }
}

function isBefore(a: FinishedRun, b: FinishedRun): boolean {
  return a.finishedMs < b.finishedMs || (a.finishedMs === b.finishedMs && a.key < b.key);
}
