import { FairKeys } from './fair-keys.ts';
import type { WaitingKey } from './fair-keys.ts';

/** The two lanes of waiting keys. A key with the priority `low` can wait: nobody expects a result soon. */
export type Lane = 'normal' | 'low';

/** While keys of both priorities wait, one in so many that are taken has the priority `low`. */
const LOW_EVERY = 5;

/**
 * Waiting keys of two priorities. Within each priority, groups take turns. Any number of keys with the priority `low`
 * delays one with the priority `normal` by a single turn, and these do not stop those with the priority `low`.
 */
export class PriorityKeys {
  readonly #normal: FairKeys;
  readonly #low: FairKeys;
  /** How many keys were taken since the last one with the priority `low`. */
  #sinceLow = 0;

  constructor(groupOf: (key: string) => string) {
    this.#normal = new FairKeys(groupOf);
    this.#low = new FairKeys(groupOf);
  }

  get size(): number {
    return this.#normal.size + this.#low.size;
  }

  has(key: string): boolean {
    return this.#normal.has(key) || this.#low.has(key);
  }

  /** Adds a key that is not waiting. */
  add(key: string, addedAt: number, priority: Lane): void {
    (priority === 'low' ? this.#low : this.#normal).add(key, addedAt);
  }

  /** A waiting key gets the priority `normal`. */
  raise(key: string): void {
    const addedAt = this.#low.delete(key);
    if (addedAt !== undefined) this.#normal.add(key, addedAt);
  }

  /** Removes and returns the next key of a group for which `isFree` is true. */
  take(isFree: (group: string) => boolean): WaitingKey | undefined {
    if (this.#sinceLow >= LOW_EVERY - 1) return this.#takeLow(isFree) ?? this.#takeNormal(isFree);
    return this.#takeNormal(isFree) ?? this.#takeLow(isFree);
  }

  #takeNormal(isFree: (group: string) => boolean): WaitingKey | undefined {
    const taken = this.#normal.take(isFree);
    if (taken) this.#sinceLow += 1;
    return taken;
  }

  #takeLow(isFree: (group: string) => boolean): WaitingKey | undefined {
    const taken = this.#low.take(isFree);
    if (taken) this.#sinceLow = 0;
    return taken;
  }
}
