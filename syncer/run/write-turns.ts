import { LRUCache } from 'lru-cache';
import { KubeTimeoutError } from '../../kube/client/api-error.ts';
import { FairKeys } from '../../kube/controller/fair-keys.ts';
import type { Timers } from '../../kube/controller/timers.ts';
import { namespaceOfKey } from '../../kube/watch/object-key.ts';

/**
 * How many objects are written at once in all namespaces that write several. They share these equally, and only after a
 * write of theirs that was quick. With more writes in flight than this, no namespace begins a second one: the other
 * connections are for those that have none.
 */
const MOST_SHARED = 8;
/** How many objects are written at once in all namespaces whose writes are slow. Most connections are left for others. */
const MOST_SLOW = 2;
/** A write that takes longer than this is slow. */
const SLOW_MS = 2_000;
/** The last write of a namespace tells for this time whether the namespace is slow or quick. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 10_000;

/** The permission to write one object now. */
export interface Turn {
  /** Aborts when the write has to make room for those of other namespaces. */
  signal: AbortSignal;
  /** The request is being sent. Until then it waited for a connection, which says nothing about its namespace. */
  sent: () => void;
  /** The request was answered, or failed. */
  end: () => void;
}

/** Nothing was sent: the run is called when it can try again. */
export class NoTurnError extends Error {
  override readonly name = 'NoTurnError';
  /** Whether the writes in the namespace are slow. Otherwise the wait is short. */
  readonly isSlow: boolean;

  constructor(isSlow: boolean) {
    super(`other objects of the namespace are written first${isSlow ? ', which is slow' : ''}`);
    this.isSlow = isSlow;
  }
}

export interface WriteTurnsOptions {
  timers: Timers;
  /** Called with the key of a waiting run that should try again now. Absent: each tries again by itself. */
  onTurn?: (key: string) => void;
}

/** The writes of one namespace. */
interface Line {
  inFlight: number;
  /** Keys that wait, in order; only while the namespace is not known to be slow. */
  waiting: Set<string>;
  /** Keys that were called, and did not take their turns yet. */
  called: Set<string>;
}

/**
 * Decides which runs may write now: create, change or delete their Jobs, for example. How long a write takes is up to its
 * namespace: an admission webhook may be slow, or the object itself may be slow to check. So a namespace has few writes in
 * flight, and the slow namespaces share even fewer, in turns. When a write turns out to be slow while there are enough of
 * them, it is aborted. A slow namespace can delay only other slow ones.
 */
export class WriteTurns {
  readonly #options: WriteTurnsOptions;
  readonly #slow: LRUCache<string, true>;
  readonly #quick: LRUCache<string, true>;
  /** By namespace. */
  readonly #lines = new Map<string, Line>();
  /** The runs of slow namespaces that wait for their turns. */
  readonly #waiting = new FairKeys(namespaceOfKey);
  #inFlight = 0;
  /** How many writes are in flight for longer than {@link SLOW_MS}. */
  #late = 0;

  constructor(options: WriteTurnsOptions) {
    const { now } = options.timers;
    this.#options = options;
    const limits = { max: MOST_REMEMBERED, ttl: REMEMBERED_MS, ttlResolution: 0, perf: { now } };
    this.#slow = new LRUCache(limits);
    this.#quick = new LRUCache(limits);
  }

  /** Takes the turn of the run with this key. @throws NoTurnError if others go first; `onTurn` is called later. */
  take(key: string): Turn {
    if (this.mustWait(key)) throw new NoTurnError(false);
    const namespace = namespaceOfKey(key);
    if (this.#slow.has(namespace) && !this.#hasSlowTurn()) {
      if (!this.#waiting.has(key)) this.#waiting.add(key, 0);
      throw new NoTurnError(true);
    }
    this.#waiting.delete(key);
    const line = this.#lines.get(namespace);
    line?.called.delete(key);
    line?.waiting.delete(key);
    return this.#begin(namespace);
  }

  /** Whether the run with this key waits for others of its namespace, which is not slow. Then `onTurn` is called soon. */
  mustWait(key: string): boolean {
    const namespace = namespaceOfKey(key);
    const line = this.#lines.get(namespace);
    if (!line || line.called.has(key) || this.#slow.has(namespace) || this.#isFree(namespace, line)) return false;
    line.waiting.add(key);
    return true;
  }

  /**
   * Whether runs wait for others of a namespace that is not slow. They are not in the work queue meanwhile, and their work
   * is as urgent as if they were. The cost grows with the number of namespaces that write now.
   */
  get isPressed(): boolean {
    for (const { waiting } of this.#lines.values()) if (waiting.size > 0) return true;
    return false;
  }

  /** Calls the next waiting runs, if there are turns. Call it after each piece of work: a turn may be unused. */
  next(key: string): void {
    const namespace = namespaceOfKey(key);
    this.#lines.get(namespace)?.called.delete(key);
    this.#callNext(namespace);
    if (this.#waiting.size === 0 || !this.#hasSlowTurn()) return;
    const next = this.#waiting.take(() => true);
    if (next) this.#options.onTurn?.(next.key);
  }

  #begin(namespace: string): Turn {
    const line = this.#lineOf(namespace);
    line.inFlight += 1;
    this.#inFlight += 1;
    const makingRoom = new AbortController();
    let cancel = (): void => undefined;
    let state: 'waits' | 'sent' | 'late' = 'waits';
    const sent = (): void => {
      cancel();
      state = 'sent';
      cancel = this.#options.timers.after(SLOW_MS, () => {
        state = 'late';
        this.#becameLate(namespace, makingRoom);
      });
    };
    const end = (): void => {
      cancel();
      line.inFlight -= 1;
      this.#inFlight -= 1;
      if (state === 'late') this.#late -= 1;
      if (state === 'sent') this.#wasQuick(namespace);
      this.#callNext(namespace);
    };
    return { signal: makingRoom.signal, sent, end };
  }

  #wasQuick(namespace: string): void {
    this.#quick.set(namespace, true);
    this.#slow.delete(namespace);
  }

  #becameLate(namespace: string, makingRoom: AbortController): void {
    this.#slow.set(namespace, true);
    this.#quick.delete(namespace);
    this.#late += 1;
    if (this.#late > MOST_SLOW) {
      makingRoom.abort(new KubeTimeoutError(`no answer in ${SLOW_MS} ms, and other namespaces go first`));
    }
    // They wait as those of a slow namespace, and say so.
    const { waiting } = this.#lineOf(namespace);
    for (const key of Array.from(waiting)) this.#options.onTurn?.(key);
    waiting.clear();
  }

  #callNext(namespace: string): void {
    const line = this.#lines.get(namespace);
    if (!line) return;
    for (const key of line.waiting) {
      if (!this.#isFree(namespace, line)) return;
      line.waiting.delete(key);
      line.called.add(key);
      this.#options.onTurn?.(key);
    }
    if (line.inFlight + line.called.size === 0) this.#lines.delete(namespace);
  }

  #isFree(namespace: string, { inFlight, called }: Line): boolean {
    const mayHaveSeveral = this.#quick.has(namespace) && this.#inFlight < MOST_SHARED;
    return inFlight + called.size < (mayHaveSeveral ? Math.max(1, Math.floor(MOST_SHARED / this.#lines.size)) : 1);
  }

  /** Includes those that began before their namespace was known to be slow. */
  #hasSlowTurn(): boolean {
    let count = 0;
    for (const [namespace, { inFlight }] of this.#lines) if (this.#slow.has(namespace)) count += inFlight;
    return count < MOST_SLOW;
  }

  #lineOf(namespace: string): Line {
    const line = this.#lines.get(namespace) ?? { inFlight: 0, waiting: new Set(), called: new Set() };
    this.#lines.set(namespace, line);
    return line;
  }
}
