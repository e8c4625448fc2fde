import type { Pod } from '../../api/wire.ts';
import { sleep } from '../../kube/controller/sleep.ts';

/** The newest known state of one Pod. */
export class PodView {
  #pod: Pod;
  #isGone = false;
  #changing = new AbortController();

  constructor(pod: Pod) {
    this.#pod = pod;
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** The Pod was deleted; {@link pod} is its last state. */
  get isGone(): boolean {
    return this.#isGone;
  }

  update(pod: Pod): void {
    this.#pod = pod;
    this.touch();
  }

  remove(last: Pod): void {
    this.#isGone = true;
    this.update(last);
  }

  /** Wakes those who wait for a change. */
  touch(): void {
    const changed = this.#changing;
    this.#changing = new AbortController();
    changed.abort();
  }

  /** Resolves at the next change, and after `mostMs` at the latest. @throws the signal's reason */
  async change(signal: AbortSignal, mostMs: number): Promise<void> {
    await sleep(mostMs, AbortSignal.any([signal, this.#changing.signal]));
    signal.throwIfAborted();
  }
}
