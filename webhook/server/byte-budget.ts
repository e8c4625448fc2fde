interface Waiting {
  bytes: number;
  begin: () => void;
}

/** Bounds the bytes that are in use at once. Those who wait for bytes get them in the order of their requests. */
export class ByteBudget {
  readonly #total: number;
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /**
   * Resolves once so many bytes are free, with a function that frees them again. More bytes than there are at all count as
   * all of them.
   *
   * @param signal ends the wait
   * @returns `undefined` if the signal aborted first
   */
  async take(bytes: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    const wanted = Math.min(bytes, this.#total);
    if (this.#waiting.size > 0 || wanted > this.#free) {
      if (!(await this.#turn(wanted, signal))) return undefined;
    } else {
      this.#free -= wanted;
    }
    let isFreed = false;
    return () => {
      if (isFreed) return;
      isFreed = true;
      this.#free += wanted;
      this.#serve();
    };
  }

  #turn(bytes: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      bytes,
      begin: () => {
        resolve(true);
      },
    };
    const giveUp = (): void => {
      this.#waiting.delete(waiting);
      resolve(false);
      this.#serve();
    };
    if (signal.aborted) {
      resolve(false);
      return promise;
    }
    this.#waiting.add(waiting);
    signal.addEventListener('abort', giveUp, { once: true });
    return promise.finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  }

  #serve(): void {
    for (const waiting of this.#waiting) {
      if (waiting.bytes > this.#free) return;
      this.#free -= waiting.bytes;
      this.#waiting.delete(waiting);
      waiting.begin();
    }
  }
}
