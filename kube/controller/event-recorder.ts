import type { Logger } from 'pino';
import { EVENTS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { isAlreadyExists, isNamespaceTerminating, KubeApiError, KubeConnectionError } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { backoffMs } from './backoff.ts';
import type { BackoffLimits } from './backoff.ts';
import { eventFor } from './event.ts';
import type { Event, Happening, Reporter } from './event.ts';
import { sleep } from './sleep.ts';

export interface EventRecorderOptions extends Reporter {
  client: Pick<KubeClient, 'create'>;
  logger: Logger;
  /** While it returns true, few Events are written, because other requests are more urgent. Default: never. */
  busy?: () => boolean;
}

const MAX_WAITING = 10_000;
const MAX_AT_ONCE = 2;
/** While busy, one Event is written in this time. */
const BUSY_PAUSE_MS = 250;
/** Dropped Events are counted, and logged at most this often. */
const DROPS_LOGGED_MS = 10_000;
/** Together about a minute and a half: when the API server is down for a minute, no Event is lost. */
const MAX_RETRIES = 20;
const RETRY: BackoffLimits = { baseMs: 200, maxMs: 5_000 };

/**
 * Writes Events in the background: two at once, while at most ten thousand wait. An Event that exists already, from an
 * earlier process for instance, is not written again. Refusals are logged; while the server is down, Events wait.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #waiting: Event[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #end = new AbortController();
  #active = 0;
  #stopped = false;
  #pause: NodeJS.Timeout | undefined;
  #dropped = 0;
  #dropsLoggedAt = -Infinity;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  record(regarding: KubeObject, happening: Happening): void {
    if (this.#stopped || this.#waiting.length >= MAX_WAITING) {
      this.#drop(regarding, happening);
      return;
    }
    this.#waiting.push(eventFor(regarding, happening, this.#options));
    this.#next();
  }

  #drop({ metadata }: KubeObject, { reason, note }: Happening): void {
    this.#dropped += 1;
    const now = performance.now();
    if (now - this.#dropsLoggedAt < DROPS_LOGGED_MS) return;
    this.#options.logger.warn({ dropped: this.#dropped, reason, note, object: metadata?.name }, 'events dropped');
    this.#dropsLoggedAt = now;
    this.#dropped = 0;
  }

  /** Accepts no more Events, and waits up to `graceMs` until those that wait are written. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#next();
    if (this.#active === 0 && this.#waiting.length === 0) return;
    const grace = Promise.withResolvers<undefined>();
    const timer = setTimeout(grace.resolve, graceMs, undefined);
    this.#idle.push(() => {
      grace.resolve(undefined);
    });
    await grace.promise;
    clearTimeout(timer);
    this.#end.abort();
    const left = this.#waiting.splice(0).length;
    if (left > 0) this.#options.logger.warn({ left }, 'stopped before all events were written');
  }

  #next(): void {
    if (this.#pause !== undefined) return;
    const most = this.#mostAtOnce();
    while (this.#active < most) {
      const event = this.#waiting.shift();
      if (!event) break;
      this.#active += 1;
      void this.#write(event).finally(() => {
        this.#active -= 1;
        this.#next();
      });
    }
    if (this.#active === 0 && this.#waiting.length === 0) for (const idle of this.#idle.splice(0)) idle();
  }

  /** While busy, one write starts, and the next after a pause. */
  #mostAtOnce(): number {
    const { busy = () => false } = this.#options;
    if (this.#stopped || this.#waiting.length === 0 || !busy()) return MAX_AT_ONCE;
    this.#pauseAWhile();
    return 1;
  }

  #pauseAWhile(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#next();
    }, BUSY_PAUSE_MS);
  }

  async #write(event: Event): Promise<void> {
    for (let failures = 0; !this.#end.signal.aborted; failures += 1) {
      const error = await this.#attempt(event);
      if (error === undefined) return;
      if (!mayPass(error) || failures >= MAX_RETRIES) {
        const { reason, note } = event;
        // The Event would be deleted with its namespace, so nothing is lost.
        const level = isNamespaceTerminating(error) ? 'debug' : 'warn';
        this.#options.logger[level]({ err: error, reason, note }, 'could not write an event');
        return;
      }
      await sleep(backoffMs(RETRY, failures), this.#end.signal);
    }
  }

  /** @returns the error, or `undefined` once the Event exists. */
  async #attempt(event: Event): Promise<unknown> {
    try {
      await this.#options.client.create<Event>(EVENTS, event.metadata?.namespace, event, { timeoutMs: 10_000 });
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
