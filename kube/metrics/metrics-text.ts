const REUSED_MS = 1_000;

/**
 * The text of a process's metrics. Computing it takes time, and every Pod can request it: it is computed at most once a
 * second, however many clients request it.
 */
export class MetricsText {
  readonly #compute: () => Promise<string>;
  readonly #monotonic: () => number;
  #latest: { text: Promise<string>; at: number } | undefined;

  /** @param monotonic a clock in milliseconds */
  constructor(compute: () => Promise<string>, monotonic: () => number = () => performance.now()) {
    this.#compute = compute;
    this.#monotonic = monotonic;
  }

  read(): Promise<string> {
    const at = this.#monotonic();
    if (this.#latest === undefined || at - this.#latest.at >= REUSED_MS) this.#latest = { text: this.#compute(), at };
    return this.#latest.text;
  }
}
