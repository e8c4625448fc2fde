import { setTimeout as delay } from 'node:timers/promises';

interface Lane<T> {
  /** Work under way. */
  running: Promise<T>;
  startedAt: number;
  /** Work that has not begun yet, for all who came since. */
  next?: Promise<T>;
}

/**
 * Lets calls for the same key share work, without giving anyone an answer from before their call: who comes while work
 * is under way, or too soon after it began, waits for the next one, which all who came meanwhile share. So the work is
 * done at most once in `everyMs`, however many ask; who comes alone waits for nothing but the work.
 */
export class Coalesced<T> {
  readonly #lanes = new Map<string, Lane<T>>();
  readonly #everyMs: number;

  constructor(everyMs = 0) {
    this.#everyMs = everyMs;
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return this.#start(key, work);
    return (lane.next ??= this.#after(key, lane, work));
  }

  async #after(key: string, lane: Lane<T>, work: () => Promise<T>): Promise<T> {
    await lane.running.catch(() => undefined);
    const leftMs = lane.startedAt + this.#everyMs - performance.now();
    if (leftMs > 0) await delay(leftMs);
    return this.#start(key, work);
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const running = work();
    const lane: Lane<T> = { running, startedAt: performance.now() };
    this.#lanes.set(key, lane);
    const settled = (): void => {
      void this.#forget(key, lane);
    };
    running.then(settled, settled);
    return running;
  }

  async #forget(key: string, lane: Lane<T>): Promise<void> {
    const leftMs = lane.startedAt + this.#everyMs - performance.now();
    if (leftMs > 0) await delay(leftMs, undefined, { ref: false });
    if (this.#lanes.get(key) === lane && lane.next === undefined) this.#lanes.delete(key);
  }
}
