import type { Logger } from 'pino';
import { EVENTS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import {
  isAlreadyExists,
  isNamespaceTerminating,
  KubeApiError,
  KubeConnectionError,
  KubeTimeoutError,
} from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { backoffMs } from './backoff.ts';
import type { BackoffLimits } from './backoff.ts';
import { eventFor } from './event.ts';
import type { Event, Happening, Reporter } from './event.ts';
import { EventLines } from './event-lines.ts';
import type { WaitingEvent } from './event-lines.ts';
import { SYSTEM_TIMERS } from './timers.ts';
import type { Timers } from './timers.ts';

export interface EventRecorderOptions extends Reporter {
  client: Pick<KubeClient, 'create'>;
  logger: Logger;
  /** While it returns true, few Events are written, because other requests are more urgent. Default: never. */
  busy?: () => boolean;
  /** For tests. */
  timers?: Timers | undefined;
}

const MAX_WAITING = 10_000;
/** Of namespaces that are not slow, and of those that are. */
const MAX_AT_ONCE = { quick: 3, slow: 2 };
/** A write that takes longer is slow, and its namespace with it. */
const SLOW_MS = 1_000;
/** While busy, one Event is written in this time. */
const BUSY_PAUSE_MS = 250;
/** Dropped Events are counted, and logged at most this often. */
const DROPS_LOGGED_MS = 10_000;
/** Together about a minute and a half: when the API server is down for a minute, no Event is lost. */
const MAX_RETRIES = 20;
const RETRY: BackoffLimits = { baseMs: 200, maxMs: 5_000 };

/**
 * Writes Events in the background: a few at once, while at most ten thousand wait. An Event that exists already, from an
 * earlier process for instance, is not written again. Refusals are logged; while the server is down, Events wait.
 *
 * How long a write takes is up to the namespace: its admission webhook may be slow. So the namespaces take turns, the slow
 * ones share few writes, and an Event that is written again later holds up only those of its namespace.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #timers: Timers;
  readonly #lines: EventLines;
  readonly #idle: (() => void)[] = [];
  readonly #end = new AbortController();
  readonly #active = { quick: 0, slow: 0 };
  #stopped = false;
  #cancelPause: (() => void) | undefined;
  #dropped = 0;
  #dropsLoggedAt = -Infinity;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#timers = options.timers ?? SYSTEM_TIMERS;
    this.#lines = new EventLines(MAX_WAITING, this.#timers.now);
  }

  /** Returns at once. */
  record(regarding: KubeObject, happening: Happening): void {
    const event = eventFor(regarding, happening, this.#options);
    const dropped = this.#stopped ? event : this.#lines.add(event);
    if (dropped) this.#drop(dropped);
    this.#next();
  }

  #drop({ regarding, reason, note }: Event): void {
    this.#dropped += 1;
    const now = this.#timers.now();
    if (now - this.#dropsLoggedAt < DROPS_LOGGED_MS) return;
    this.#options.logger.warn({ dropped: this.#dropped, reason, note, object: regarding?.name }, 'events dropped');
    this.#dropsLoggedAt = now;
    this.#dropped = 0;
  }

  /** Accepts no more Events, and waits up to `graceMs` until those that wait are written. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#next();
    if (this.#isIdle()) return;
    const grace = Promise.withResolvers<undefined>();
    const cancel = this.#timers.after(graceMs, () => {
      grace.resolve(undefined);
    });
    this.#idle.push(() => {
      grace.resolve(undefined);
    });
    await grace.promise;
    cancel();
    this.#end.abort();
    const left = this.#lines.clear();
    if (left > 0) this.#options.logger.warn({ left }, 'stopped before all events were written');
  }

  #isIdle(): boolean {
    return this.#active.quick + this.#active.slow + this.#lines.size === 0;
  }

  #next(): void {
    if (this.#cancelPause !== undefined) return;
    const most = this.#mostAtOnce();
    for (;;) {
      const { quick, slow } = this.#active;
      const waiting = this.#lines.take({ quick: quick < most, slow: slow < MAX_AT_ONCE.slow });
      if (!waiting) break;
      void this.#write(waiting).finally(() => {
        this.#next();
      });
    }
    if (this.#isIdle()) for (const idle of this.#idle.splice(0)) idle();
  }

  /** While busy, one write starts, and the next after a pause. */
  #mostAtOnce(): number {
    const { busy = () => false } = this.#options;
    if (this.#stopped || this.#lines.size === 0 || !busy()) return MAX_AT_ONCE.quick;
    this.#cancelPause = this.#timers.after(BUSY_PAUSE_MS, () => {
      this.#cancelPause = undefined;
      this.#next();
    });
    return 1;
  }

  /** One attempt. If it becomes slow, it no longer counts as one of the quick ones, and is aborted if there are enough slow ones. */
  async #write(waiting: WaitingEvent): Promise<void> {
    const { event } = waiting;
    const makingRoom = new AbortController();
    let lane: 'quick' | 'slow' = this.#lines.isSlow(event) ? 'slow' : 'quick';
    const since = this.#timers.now();
    this.#active[lane] += 1;
    const cancel = this.#timers.after(SLOW_MS, () => {
      this.#lines.was('slow', event);
      if (lane === 'slow') return;
      if (this.#active.slow >= MAX_AT_ONCE.slow) makingRoom.abort(new KubeTimeoutError(`no answer in ${SLOW_MS} ms`));
      this.#active.quick -= 1;
      this.#active.slow += 1;
      lane = 'slow';
      this.#next();
    });
    const error = await this.#attempt(event, makingRoom.signal);
    cancel();
    this.#active[lane] -= 1;
    if (this.#timers.now() - since < SLOW_MS) this.#lines.was('quick', event);
    if (error !== undefined && !this.#end.signal.aborted) this.#failed(waiting, error);
  }

  #failed(waiting: WaitingEvent, error: unknown): void {
    const { event, failures } = waiting;
    if (mayPass(error) && failures < MAX_RETRIES) {
      const resume = this.#lines.putBack(waiting);
      this.#timers.after(backoffMs(RETRY, failures), () => {
        resume();
        this.#next();
      });
      return;
    }
    const { reason, note } = event;
    // The Event would be deleted with its namespace, so nothing is lost.
    const level = isNamespaceTerminating(error) ? 'debug' : 'warn';
    this.#options.logger[level]({ err: error, reason, note }, 'could not write an event');
  }

  /** @returns the error, or `undefined` once the Event exists. */
  async #attempt(event: Event, signal: AbortSignal): Promise<unknown> {
    try {
      const options = { timeoutMs: 10_000, signal };
      await this.#options.client.create<Event>(EVENTS, event.metadata?.namespace, event, options);
      return undefined;
    } catch (error) {
      return isAlreadyExists(error) ? undefined : error;
    }
  }
}

/** True if the server did not answer, is overloaded, or failed: another try may succeed. */
function mayPass(error: unknown): boolean {
  if (error instanceof KubeConnectionError) return true;
  return error instanceof KubeApiError && (error.code === 429 || error.code >= 500);
}
