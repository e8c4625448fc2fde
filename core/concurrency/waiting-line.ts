import type { ConcurrencyPolicy } from './concurrency-policy.ts';

/** A run of a group, in the order in which the runs get their places. */
export interface Member {
  /** `namespace/name` */
  key: string;
  uid: string;
  /** RFC 3339, as the API server writes it. */
  created: string;
}

/** What decides the order. */
type Age = Pick<Member, 'uid' | 'created'>;

/** A run that has no place yet. */
export interface Waiter extends Member {
  concurrency: ConcurrencyPolicy;
}

/** The runs of a group that have no place yet: the oldest first; of runs of the same second, by uid. */
export class WaitingLine {
  readonly #waiters: Waiter[] = [];
  readonly #byUid = new Map<string, Waiter>();

  get size(): number {
    return this.#waiters.length;
  }

  get(uid: string): Waiter | undefined {
    return this.#byUid.get(uid);
  }

  /** Adds a run, or replaces what is known of it. */
  add(waiter: Waiter): void {
    this.remove(waiter.uid);
    this.#byUid.set(waiter.uid, waiter);
    this.#waiters.splice(this.#rankOf(waiter), 0, waiter);
  }

  remove(uid: string): boolean {
    const known = this.#byUid.get(uid);
    if (!known) return false;
    this.#byUid.delete(uid);
    this.#waiters.splice(this.#rankOf(known), 1);
    return true;
  }

  /** How many runs come before this one. */
  rank(uid: string): number {
    const known = this.#byUid.get(uid);
    return known ? this.#rankOf(known) : this.#waiters.length;
  }

  /** How many runs were created before this time. */
  rankOfTime(created: string): number {
    return this.#rankOf({ uid: '', created });
  }

  /** In their order. */
  waiters(): readonly Waiter[] {
    return this.#waiters;
  }

  /** Where the run is, or would be. */
  #rankOf(member: Age): number {
    let [low, high] = [0, this.#waiters.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#waiters[middle];
      if (other && isOlder(other, member)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether `a` gets its place before `b`. */
export function isOlder(a: Age, b: Age): boolean {
  return a.created < b.created || (a.created === b.created && a.uid < b.uid);
}
