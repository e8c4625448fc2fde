import { LRUCache } from 'lru-cache';
import { FairKeys } from '../../kube/controller/fair-keys.ts';
import type { Timers } from '../../kube/controller/timers.ts';
import { namespaceOfKey } from '../../kube/watch/object-key.ts';

/** How many Jobs of one namespace are created at once. */
const MOST_OF_NAMESPACE = 4;
/** How many Jobs are created at once in all namespaces whose creations are slow. Most connections are left for others. */
const MOST_SLOW = 2;
/** A creation that takes longer than this is slow. */
const SLOW_MS = 2_000;
/** A namespace counts as slow for this time after a slow creation. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 10_000;

/** The permission to create one Job now. */
export interface Turn {
  /** The request is being sent. Until then it waited for a connection, which says nothing about its namespace. */
  sent: () => void;
  /** The request was answered, or failed. */
  end: () => void;
}

export interface CreationTurnsOptions {
  timers: Timers;
  /** Called with the key of a waiting run that should try again now. */
  onTurn: (key: string) => void;
}

/**
 * Decides which runs may create their Jobs now. How long a creation takes is up to its namespace: an admission webhook may
 * be slow, or the Job itself may be slow to check. So a namespace has few creations in flight, and the slow namespaces
 * share even fewer, in turns. A slow namespace can delay only other slow ones.
 */
export class CreationTurns {
  readonly #options: CreationTurnsOptions;
  readonly #slow: LRUCache<string, true>;
  /** By namespace: how many creations are in flight. */
  readonly #inFlight = new Map<string, number>();
  /** By namespace: continues those that wait for a creation to end. They are workers of the queue, so they are few. */
  readonly #blocked = new Map<string, Set<() => void>>();
  /** The runs of slow namespaces that wait for their turns. */
  readonly #waiting = new FairKeys(namespaceOfKey);

  constructor(options: CreationTurnsOptions) {
    const { now } = options.timers;
    this.#options = options;
    this.#slow = new LRUCache({ max: MOST_REMEMBERED, ttl: REMEMBERED_MS, ttlResolution: 0, perf: { now } });
  }

  /**
   * Waits briefly for a turn of the run with this key. Returns `undefined` if its namespace is slow and others go first:
   * then the run waits, and `onTurn` is called later.
   */
  async take(key: string): Promise<Turn | undefined> {
    const namespace = namespaceOfKey(key);
    while (!this.#slow.has(namespace) && this.#countOf(namespace) >= MOST_OF_NAMESPACE) await this.#freed(namespace);
    if (this.#slow.has(namespace) && !this.#hasSlowTurn()) {
      if (!this.#waiting.has(key)) this.#waiting.add(key, 0);
      return undefined;
    }
    this.#waiting.delete(key);
    return this.#begin(namespace);
  }

  /** Calls `onTurn` for the next waiting run, if there is a turn. Call it after each piece of work: a turn may be unused. */
  next(): void {
    if (this.#waiting.size === 0 || !this.#hasSlowTurn()) return;
    const next = this.#waiting.take(() => true);
    if (next) this.#options.onTurn(next.key);
  }

  #begin(namespace: string): Turn {
    this.#inFlight.set(namespace, this.#countOf(namespace) + 1);
    let cancel = (): void => undefined;
    const sent = (): void => {
      cancel();
      cancel = this.#options.timers.after(SLOW_MS, () => {
        this.#slow.set(namespace, true);
        this.#unblock(namespace);
      });
    };
    const end = (): void => {
      cancel();
      const left = this.#countOf(namespace) - 1;
      if (left > 0) this.#inFlight.set(namespace, left);
      else this.#inFlight.delete(namespace);
      this.#unblock(namespace, 1);
    };
    return { sent, end };
  }

  /** Includes those that began before their namespace was known to be slow. */
  #hasSlowTurn(): boolean {
    let count = 0;
    for (const [namespace, inFlight] of this.#inFlight) if (this.#slow.has(namespace)) count += inFlight;
    return count < MOST_SLOW;
  }

  #countOf(namespace: string): number {
    return this.#inFlight.get(namespace) ?? 0;
  }

  async #freed(namespace: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const blocked = this.#blocked.get(namespace) ?? new Set();
    this.#blocked.set(namespace, blocked);
    blocked.add(() => {
      resolve(undefined);
    });
    await promise;
  }

  #unblock(namespace: string, most = Infinity): void {
    const blocked = this.#blocked.get(namespace);
    if (!blocked) return;
    for (const resume of Array.from(blocked).slice(0, most)) {
      blocked.delete(resume);
      resume();
    }
    if (blocked.size === 0) this.#blocked.delete(namespace);
  }
}
