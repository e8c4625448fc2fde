/**
 * Lets calls for the same key share work, without giving anyone an answer from before their call: who comes while work
 * is under way waits for the next one, which all who came meanwhile share.
 */
export class Coalesced<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #next = new Map<string, Promise<T>>();

  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running === undefined) return this.#start(key, work);
    const next = this.#next.get(key);
    if (next !== undefined) return next;
    const after = running
      .catch(() => undefined)
      .then(() => {
        this.#next.delete(key);
        return this.#start(key, work);
      });
    this.#next.set(key, after);
    return after;
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const started = work().finally(() => {
      if (this.#running.get(key) === started) this.#running.delete(key);
    });
    this.#running.set(key, started);
    return started;
  }
}
