import { createHash } from 'node:crypto';
import type { EventsV1Event } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { EVENTS } from '../../api/resources.ts';
import type { KubeObject, Wire } from '../../api/wire.ts';
import { isAlreadyExists, isNamespaceTerminating, KubeApiError, KubeConnectionError } from '../client/api-error.ts';
import { backoffMs } from './backoff.ts';
import type { BackoffLimits } from './backoff.ts';
import type { KubeClient } from '../client/client.ts';
import { sleep } from './sleep.ts';

type Event = Wire<EventsV1Event>;

/** Something worth telling about an object. One event of a reason is told per object. */
export interface Happening {
  type: 'Normal' | 'Warning';
  /** PascalCase, for programs. */
  reason: string;
  /** PascalCase: what was being done. */
  action: string;
  /** A sentence; cut at 1,024 bytes. */
  note: string;
  related?: KubeObject | undefined;
}

export interface EventRecorderOptions {
  client: Pick<KubeClient, 'create'>;
  /** Name of the controller, with a domain. */
  controller: string;
  /** Name of this process. */
  instance: string;
  logger: Logger;
  /** While it says yes, Events make way for what is more urgent: few are written. Never by default. */
  busy?: () => boolean;
}

const MAX_WAITING = 10_000;
const MAX_AT_ONCE = 2;
/** One Event in so many milliseconds while busy. */
const BUSY_PAUSE_MS = 250;
/** Dropped Events are counted, and logged this often. */
const DROPS_LOGGED_MS = 10_000;
/** Together about a minute and a half: an API server that is away for a minute costs no Event. */
const MAX_RETRIES = 20;
const RETRY: BackoffLimits = { baseMs: 200, maxMs: 5_000 };

/**
 * Writes Events, best effort: never waited for, two at once, and at most ten thousand waiting. An Event's name follows
 * from the object's uid and the reason, so that a restart repeats nothing. What the server refuses is logged; while it
 * is away, Events wait.
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
    this.#waiting.push(this.#event(regarding, happening));
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

  /** Takes no more events and waits up to `graceMs` for those that wait. */
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
    if (left > 0) this.#options.logger.warn({ left }, 'stopped with events unwritten');
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

  /** Busy, one is begun, and the next after a pause. */
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
        // With the namespace all of its Events would go: nothing is lost, and nobody has anything to mend.
        const level = isNamespaceTerminating(error) ? 'debug' : 'warn';
        this.#options.logger[level]({ err: error, reason, note }, 'could not write an event');
        return;
      }
      await sleep(backoffMs(RETRY, failures), this.#end.signal);
    }
  }

  /** @returns what went wrong. */
  async #attempt(event: Event): Promise<unknown> {
    try {
      await this.#options.client.create<Event>(EVENTS, event.metadata?.namespace, event, { timeoutMs: 10_000 });
      return undefined;
    } catch (error) {
      return isAlreadyExists(error) ? undefined : error;
    }
  }

  #event(regarding: KubeObject, happening: Happening): Event {
    const { name = '', namespace = 'default', uid = '' } = regarding.metadata ?? {};
    const hash = createHash('sha256').update(`${uid}/${happening.reason}`).digest('hex').slice(0, 16);
    const event: Event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: `${name.slice(0, 230).replace(/[^a-z0-9]+$/, '')}.${hash}` },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      type: happening.type,
      reason: happening.reason,
      action: happening.action,
      note: cut(happening.note, 1024),
      regarding: reference(regarding),
    };
    if (happening.related) event.related = reference(happening.related);
    return event;
  }
}

/** No answer, or one of a server that is busy or ill. */
function mayPass(error: unknown): boolean {
  if (error instanceof KubeConnectionError) return true;
  return error instanceof KubeApiError && (error.code === 429 || error.code >= 500);
}

function reference(object: KubeObject): NonNullable<Event['regarding']> {
  const { apiVersion = '', kind = '', metadata = {} } = object;
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

/** Cut to so many bytes of UTF-8, between two characters. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  return `${Buffer.from(text)
    .subarray(0, bytes - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')}…`;
}
