/** Counts the admission requests in flight, so that the process can stop without failing one. */
export class Drain {
  #inFlight = 0;
  #started = false;
  /** Called when a request starts or finishes during the drain. */
  #onChange: () => void = () => undefined;

  /** Whether the process is stopping. Then its answers tell clients to close their connections. */
  get started(): boolean {
    return this.#started;
  }

  requestStarted(): void {
    this.#inFlight += 1;
    this.#onChange();
  }

  requestFinished(): void {
    this.#inFlight -= 1;
    this.#onChange();
  }

  /**
   * Starts the drain. Requests are still answered: it takes a while until every client knows that this Pod is stopping.
   * Resolves once no request was in flight for `quietMs`, at the latest after `maxMs`.
   */
  async run({ quietMs, maxMs }: { quietMs: number; maxMs: number }): Promise<void> {
    this.#started = true;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const finish = (): void => {
      resolve(undefined);
    };
    const deadline = setTimeout(finish, maxMs);
    let quiet: NodeJS.Timeout | undefined;
    this.#onChange = () => {
      clearTimeout(quiet);
      if (this.#inFlight === 0) quiet = setTimeout(finish, quietMs);
    };
    this.#onChange();
    await promise;
    clearTimeout(deadline);
    clearTimeout(quiet);
    this.#onChange = () => undefined;
  }
}
