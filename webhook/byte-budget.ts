interface Waiting {
  bytes: number;
  begin: () => void;
}

/** Frees the bytes again. */
type Free = () => void;

/** The group of those who do not name one. */
const NO_GROUP = '';

/**
 * Bounds the bytes that are in use at once. Those who wait for bytes get them in the order of their requests. Groups take
 * turns: one that has just begun to wait comes after one request of each other group, however many these have.
 */
export class ByteBudget {
  readonly #total: number;
  #free: number;
  /** By group, in the order of their turns; a group that does not wait is not among them. */
  readonly #waiting = new Map<string, Set<Waiting>>();

  constructor(total: number) {
    this.#total = total;
    this.#free = total;
  }

  /** The bytes, if they are free and nobody waits. More bytes than there are at all count as all of them. */
  takeNow(bytes: number): Free | undefined {
    const wanted = Math.min(bytes, this.#total);
    if (this.#waiting.size > 0 || wanted > this.#free) return undefined;
    this.#free -= wanted;
    return this.#freeing(wanted);
  }

  /**
   * Resolves once so many bytes are free.
   *
   * @param signal ends the wait
   * @returns `undefined` if the signal aborted first
   */
  async take(bytes: number, signal: AbortSignal, group = NO_GROUP): Promise<Free | undefined> {
    const free = this.takeNow(bytes);
    if (free !== undefined) return free;
    const wanted = Math.min(bytes, this.#total);
    return (await this.#turn(wanted, signal, group)) ? this.#freeing(wanted) : undefined;
  }

  #freeing(bytes: number): Free {
    let isFreed = false;
    return () => {
      if (isFreed) return;
      isFreed = true;
      this.#free += bytes;
      this.#serve();
    };
  }

  #turn(bytes: number, signal: AbortSignal, group: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiting: Waiting = {
      bytes,
      begin: () => {
        resolve(true);
      },
    };
    const giveUp = (): void => {
      this.#remove(waiting, group);
      resolve(false);
      this.#serve();
    };
    if (signal.aborted) {
      resolve(false);
      return promise;
    }
    const others = this.#waiting.get(group);
    if (others) others.add(waiting);
    else this.#waiting.set(group, new Set([waiting]));
    signal.addEventListener('abort', giveUp, { once: true });
    return promise.finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  }

  #serve(): void {
    for (const [group, [next]] of this.#waiting) {
      if (next === undefined || next.bytes > this.#free) return;
      this.#free -= next.bytes;
      this.#remove(next, group);
      this.#endTurn(group);
      next.begin();
    }
  }

  #remove(waiting: Waiting, group: string): void {
    const ofGroup = this.#waiting.get(group);
    ofGroup?.delete(waiting);
    if (ofGroup?.size === 0) this.#waiting.delete(group);
  }

  /** The other groups come first now. */
  #endTurn(group: string): void {
    const ofGroup = this.#waiting.get(group);
    if (ofGroup === undefined) return;
    this.#waiting.delete(group);
    this.#waiting.set(group, ofGroup);
  }
}
