/** Values by key for a time, in a bounded number; what was put in first goes first. */
export class Remembered<V> {
  readonly #entries = new Map<string, { value: V; until: number }>();
  readonly #options: { forMs: number; most: number; now: () => number };

  /** @param options `now` in milliseconds, on any clock that only goes forward. */
  constructor(options: { forMs: number; most: number; now?: (() => number) | undefined }) {
    this.#options = { ...options, now: options.now ?? (() => performance.now()) };
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > this.#options.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  put(key: string, value: V): void {
    const { forMs, most, now } = this.#options;
    if (forMs <= 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now() + forMs });
    if (this.#entries.size <= most) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
