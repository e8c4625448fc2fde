import { backoffMs } from './backoff.ts';
import type { BackoffLimits } from './backoff.ts';
import type { WaitingKey } from './fair-keys.ts';
import { SYSTEM_TIMERS } from './timers.ts';
import type { Timers } from './timers.ts';
import { PriorityKeys } from './priority-keys.ts';
import type { Lane } from './priority-keys.ts';
import type { ReconcileResult, WorkQueueMetrics } from '../metrics/work-queue-metrics.ts';

/**
 * What happens to a key after the work on it: nothing; another try after a growing delay (`retry`, for a failure that
 * needs no log line, such as a conflict); or another run after a given time.
 */
export type WorkResult = undefined | 'retry' | { afterMs: number };

export interface WorkQueueOptions {
  /** How many keys of one group are processed at once. A few more are processed if they are of other groups. */
  workers: number;
  /** How many keys are processed at once in all. Default: a quarter more than `workers`. */
  mostActive?: number;
  /** The group of a key, such as its namespace; groups take turns. Default: the part before the first `/`. */
  groupOf?: (key: string) => string;
  /** Never called twice at once for one key. If it throws, the key is retried after a growing delay. */
  work: (key: string) => Promise<WorkResult>;
  /** Called when `work` throws, with the delay until the next try. May pause the queue with `holdFor`. */
  onError: (error: unknown, key: string, delayMs: number) => void;
  /** For tests. */
  backoff?: BackoffLimits;
  /** For tests. */
  timers?: Timers | undefined;
  metrics?: WorkQueueMetrics | undefined;
}

/**
 * A key with the priority `low` can wait. One with the priority `normal` can wait if it was added before the queue was
 * started: then it only may need work. One with the priority `high` never can.
 */
export type Priority = 'high' | 'normal' | 'low';

/** Node.js fires a timer with a longer delay at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A key that was delayed for at least this time can wait a little longer. */
const ROUTINE_MS = 10_000;

/** The maximum also limits how long a key that failed during an outage waits after it. */
const ERROR_BACKOFF: BackoffLimits = { baseMs: 50, maxMs: 15_000 };
/** Work that is refused again and again waits for a person, or for other work to finish. */
const RETRY_BACKOFF: BackoffLimits = { baseMs: 50, maxMs: 120_000 };

/**
 * A queue of keys. A key waits in it at most once, however often it is added; a key that is added while it is processed
 * is processed again afterwards. A key that fails is retried after a delay that doubles with each failure and is reset
 * by the first success.
 *
 * Groups of keys take turns, and some workers are left for the others when all keys of one group are slow. So one group
 * with any number of keys does not delay the keys of another one.
 *
 * Keys that nobody waits for come after the others: those that were added before the queue was started, unless their
 * priority is `high`, or were delayed for long. So any number of them, of any number of groups, does not delay the key of
 * an event that happens now.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #timers: Timers;
  readonly #waiting: PriorityKeys;
  readonly #active = new Set<string>();
  /** How many keys of a group are active. */
  readonly #busy = new Map<string, number>();
  /** Added while active. */
  readonly #again = new Map<string, Lane>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { cancel: () => void; at: number }>();
  #running = false;
  #heldUntil = 0;
  #cancelHold: () => void = () => undefined;
  #idle: PromiseWithResolvers<undefined> | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#timers = options.timers ?? SYSTEM_TIMERS;
    this.#waiting = new PriorityKeys(options.groupOf ?? namespaceOf);
  }

  /** How many keys wait now, without delayed and active ones. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Starts the work. Keys may have been added before. */
  start(): void {
    this.#running = true;
    this.#fill();
  }

  /** If a key is added with several priorities, the highest counts. */
  add(key: string, priority: Priority = 'normal'): void {
    this.#cancelDelayed(key);
    const lane = priority === 'high' || (priority === 'normal' && this.#running) ? 'normal' : 'low';
    if (this.#active.has(key)) {
      if (this.#again.get(key) !== 'normal') this.#again.set(key, lane);
      return;
    }
    if (this.#waiting.has(key)) {
      if (lane === 'normal') this.#waiting.raise(key);
      return;
    }
    this.#waiting.add(key, this.#timers.now(), lane);
    this.#options.metrics?.added();
    this.#fill();
  }

  /** Adds the key after a delay, at most 24 days. If it is delayed already, the earlier time counts. */
  addAfter(key: string, wantedMs: number): void {
    const delayMs = Math.min(wantedMs, LONGEST_TIMER_MS);
    const at = this.#timers.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known && known.at <= at) return;
    this.#cancelDelayed(key);
    const cancel = this.#timers.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key, delayMs < ROUTINE_MS ? 'normal' : 'low');
    });
    this.#delayed.set(key, { cancel, at });
  }

  /** Starts no work for this long, because the server is down or requested a pause. Keys can still be added. */
  holdFor(ms: number): void {
    const until = this.#timers.now() + ms;
    if (until <= this.#heldUntil) return;
    this.#heldUntil = until;
    this.#cancelHold();
    this.#cancelHold = this.#timers.after(ms, () => {
      this.#heldUntil = 0;
      this.#fill();
    });
  }

  /** Starts no more work, and resolves when the current work has finished. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelHold();
    for (const key of Array.from(this.#delayed.keys())) this.#cancelDelayed(key);
    if (this.#active.size === 0) return;
    this.#idle ??= Promise.withResolvers<undefined>();
    await this.#idle.promise;
  }

  #fill(): void {
    this.#options.metrics?.depth(this.#waiting.size);
    if (this.#timers.now() < this.#heldUntil) return;
    while (this.#running && this.#active.size < this.#mostActive()) {
      const next = this.#waiting.take((group) => this.#busyIn(group) < this.#options.workers);
      if (next === undefined) return;
      void this.#run(next);
    }
  }

  /** By default, a quarter of the workers more than one group can use. */
  #mostActive(): number {
    const { workers, mostActive = workers + Math.ceil(workers / 4) } = this.#options;
    return mostActive;
  }

  #busyIn(group: string): number {
    return this.#busy.get(group) ?? 0;
  }

  async #run({ key, group, addedAt }: WaitingKey): Promise<void> {
    const started = this.#timers.now();
    this.#active.add(key);
    this.#busy.set(group, this.#busyIn(group) + 1);
    this.#options.metrics?.started((started - addedAt) / 1000, this.#active.size);
    // So that `work` never runs inside the call that added the key.
    await Promise.resolve();
    const result = await this.#work(key);
    this.#active.delete(key);
    if (this.#busyIn(group) > 1) this.#busy.set(group, this.#busyIn(group) - 1);
    else this.#busy.delete(group);
    this.#options.metrics?.finished(result, (this.#timers.now() - started) / 1000, this.#active.size);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, again);
    if (this.#running) this.#fill();
    else if (this.#active.size === 0) this.#idle?.resolve(undefined);
  }

  async #work(key: string): Promise<ReconcileResult> {
    try {
      const result = await this.#options.work(key);
      if (result === 'retry') {
        this.#retry(key, this.#options.backoff ?? RETRY_BACKOFF);
        return 'requeue';
      }
      this.#failures.delete(key);
      if (result === undefined) return 'success';
      this.#later(key, result.afterMs);
      return 'requeue_after';
    } catch (error) {
      this.#options.onError(error, key, this.#retry(key, this.#options.backoff ?? ERROR_BACKOFF));
      return 'error';
    }
  }

  #retry(key: string, backoff: BackoffLimits): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delayMs = backoffMs(backoff, failures);
    this.#options.metrics?.retried();
    this.#later(key, delayMs);
    return delayMs;
  }

  #later(key: string, delayMs: number): void {
    if (this.#running) this.addAfter(key, delayMs);
  }

  #cancelDelayed(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}

function namespaceOf(key: string): string {
  const slash = key.indexOf('/');
  return slash === -1 ? '' : key.slice(0, slash);
}
