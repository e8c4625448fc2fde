export interface WaitingKey {
  key: string;
  group: string;
  /** The time that it was added with. */
  addedAt: number;
}

/**
 * Waiting keys, in turn by group: with ten thousand keys of one group in it, the key of another group is the next or the
 * one after. Within a group, the first key comes first.
 */
export class FairKeys {
  readonly #groupOf: (key: string) => string;
  /** In the order of their turns; a group without keys is removed. The keys have the time at which they were added. */
  readonly #groups = new Map<string, Map<string, number>>();
  #size = 0;

  constructor(groupOf: (key: string) => string) {
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#groups.get(this.#groupOf(key))?.has(key) ?? false;
  }

  /** Adds a key that is not waiting. */
  add(key: string, addedAt: number): void {
    const group = this.#groupOf(key);
    const keys = this.#groups.get(group);
    if (keys) keys.set(key, addedAt);
    else this.#groups.set(group, new Map([[key, addedAt]]));
    this.#size += 1;
  }

  /** Removes a key that may be waiting. Returns the time at which it was added. */
  delete(key: string): number | undefined {
    const group = this.#groupOf(key);
    const keys = this.#groups.get(group);
    const addedAt = keys?.get(key);
    if (keys === undefined || addedAt === undefined) return undefined;
    keys.delete(key);
    if (keys.size === 0) this.#groups.delete(group);
    this.#size -= 1;
    return addedAt;
  }

  /** Removes and returns the next key of a group for which `isFree` is true. */
  take(isFree: (group: string) => boolean): WaitingKey | undefined {
    for (const [group, keys] of this.#groups) {
      if (!isFree(group)) continue;
      const [first] = keys;
      if (first === undefined) continue;
      const [key, addedAt] = first;
      keys.delete(key);
      this.#size -= 1;
      // The other groups come first now.
      this.#groups.delete(group);
      if (keys.size > 0) this.#groups.set(group, keys);
      return { key, group, addedAt };
    }
    return undefined;
  }
}
