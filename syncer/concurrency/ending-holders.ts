/**
 * The runs that have finished or were deleted, and of whose Jobs Pods may still run: as each group was checked last. A run
 * can have the name of a deleted one, so that a name can be in the list of several groups.
 */
export class EndingHolders {
  /** By the id of a group: the keys of runs. */
  readonly #keys = new Map<string, readonly string[]>();
  /** By the key of a run: the ids of groups. */
  readonly #groups = new Map<string, Set<string>>();

  /** Replaces what is known of the group. */
  set(group: string, keys: readonly string[]): void {
    for (const key of this.#keys.get(group) ?? []) this.#remove(key, group);
    if (keys.length === 0) this.#keys.delete(group);
    else this.#keys.set(group, keys);
    for (const key of keys) this.#groups.set(key, (this.#groups.get(key) ?? new Set()).add(group));
  }

  /** The groups that wait for the Pods of a run with this key. */
  groupsOf(key: string): Iterable<string> {
    return this.#groups.get(key) ?? [];
  }

  #remove(key: string, group: string): void {
    const groups = this.#groups.get(key);
    groups?.delete(group);
    if (groups?.size === 0) this.#groups.delete(key);
  }
}
