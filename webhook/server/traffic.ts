import { setTimeout as delay } from 'node:timers/promises';

/** Counts the admission requests under way, to know when the process can end without failing one. */
export class Traffic {
  #inFlight = 0;
  #lastAt = 0;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  begin(): void {
    this.#inFlight += 1;
    this.#lastAt = Date.now();
  }

  end(): void {
    this.#inFlight -= 1;
    this.#lastAt = Date.now();
  }

  /**
   * From now on clients are told to close their connections, while requests are answered as before: the news that this
   * Pod is going spreads slowly. Resolves when none came for `quietMs`, at the latest after `maxMs`.
   */
  async drain({ quietMs, maxMs }: { quietMs: number; maxMs: number }): Promise<void> {
    this.#draining = true;
    const started = Date.now();
    this.#lastAt = started;
    while (Date.now() - started < maxMs && !this.#isQuiet(quietMs)) {
      await delay(Math.min(50, maxMs));
    }
  }

  #isQuiet(quietMs: number): boolean {
    return this.#inFlight === 0 && Date.now() - this.#lastAt >= quietMs;
  }
}
