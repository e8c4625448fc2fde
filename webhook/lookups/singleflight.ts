interface Flight<T> {
  /** The work in flight. */
  running: Promise<T>;
  startedAt: number;
  /** Work that has not started yet, for all callers that arrived during the current work. */
  next?: Promise<T>;
}

/**
 * Callers with the same key share work. Unlike most singleflights, it never gives a caller a result that is older than
 * the call: a caller that arrives during the work, or less than `everyMs` after it started, waits for the next run and
 * shares it with the callers that arrive in the meantime. The work starts at most once in `everyMs`.
 */
export class Singleflight<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #everyMs: number;

  constructor(everyMs = 0) {
    this.#everyMs = everyMs;
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#start(key, work);
    return (flight.next ??= this.#startAfter(flight, key, work));
  }

  async #startAfter(flight: Flight<T>, key: string, work: () => Promise<T>): Promise<T> {
    await flight.running.catch(() => undefined);
    const leftMs = this.#leftMs(flight);
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
    return this.#start(key, work);
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const running = work();
    const flight: Flight<T> = { running, startedAt: performance.now() };
    this.#flights.set(key, flight);
    const settled = (): void => {
      void this.#forget(key, flight);
    };
    running.then(settled, settled);
    return running;
  }

  async #forget(key: string, flight: Flight<T>): Promise<void> {
    const leftMs = this.#leftMs(flight);
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs).unref());
    if (this.#flights.get(key) === flight && flight.next === undefined) this.#flights.delete(key);
  }

  #leftMs({ startedAt }: Flight<T>): number {
    return startedAt + this.#everyMs - performance.now();
  }
}
