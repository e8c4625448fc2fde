import type { Logger } from 'pino';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { isGone, isNotFound, KubeApiError } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import type { KubeList } from '../client/request-options.ts';
import { backoffMs } from '../controller/backoff.ts';
import { sleep } from '../controller/sleep.ts';
import { ObjectCache } from './cache.ts';
import type { CacheHandlers, Indexer } from './cache.ts';
import { catchUp } from './catch-up.ts';
import { guardedHandlers } from './guarded-handlers.ts';
import { PageSize } from './page-size.ts';
import { readPage } from './read-page.ts';
import { inBandError, needsRelist } from './watch-error.ts';
import type { WatchEvent } from './watch-stream.ts';

export interface ReflectorOptions<T extends KubeObject> {
  client: Pick<KubeClient, 'list' | 'watch'>;
  resource: Resource;
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  handlers?: CacheHandlers<T>;
  indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Removes unused fields of an object before it is stored. Called once for each version that arrives. */
  trim?: (object: T) => T;
  logger: Logger;
  timing?: Partial<ReflectorTiming>;
}

/** All in milliseconds, except the page size. */
export interface ReflectorTiming {
  /** The most objects of a page; see {@link PageSize}. */
  pageSize: number;
  /** The server closes a watch after a random time between this and twice this. */
  watchMs: number;
  /** A watch that is silent for this long is dead. The server sends a bookmark about once a minute. */
  inactivityMs: number;
  backoffBaseMs: number;
  backoffMaxMs: number;
  /** For this long, a refresh waits for the watch before it lists all objects again. */
  catchUpMs: number;
}

const DEFAULT_TIMING: ReflectorTiming = {
  pageSize: 500,
  watchMs: 300_000,
  inactivityMs: 150_000,
  backoffBaseMs: 100,
  backoffMaxMs: 5_000,
  catchUpMs: 5_000,
};

/**
 * Keeps a cache equal to what the API server stores: a paged list, then a watch that starts where the list was read.
 * Recovers from everything that ends a watch: clean ends, resets, silence, cut-off lines, in-band errors and 410 Gone.
 *
 * A list is a consistent read (no resourceVersion), so that the cache never gets older objects after a restart.
 */
export class Reflector<T extends KubeObject> {
  readonly cache: ObjectCache<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #timing: ReflectorTiming;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  #isSynced = false;
  #running: Promise<void> | undefined;
  /** Incremented with each watch and list; an event of an earlier one is dropped. */
  #epoch = 0;
  #failures = 0;
  #interrupt = new AbortController();
  #refreshes: PromiseWithResolvers<undefined>[] = [];

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#logger = options.logger.child({ resource: options.resource.plural });
    this.cache = new ObjectCache<T>(
      guardedHandlers(options.handlers ?? {}, this.#logger),
      options.indexers,
      options.trim,
    );
    this.#synced.promise.catch(() => undefined);
  }

  /** True after the first complete list. */
  get synced(): boolean {
    return this.#isSynced;
  }

  /** Resolves after the first complete list; rejects when stopped before. */
  async whenSynced(): Promise<void> {
    await this.#synced.promise;
  }

  /** Starts the first list; a second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the watch. No handler is called after this returns. */
  async stop(): Promise<void> {
    this.cache.mute();
    this.#stop.abort();
    this.#interrupt.abort();
    const reason = new Error(`the reflector for ${this.#options.resource.plural} was stopped`);
    this.#synced.reject(reason);
    await this.#running;
    for (const refresh of this.#refreshes.splice(0)) refresh.reject(reason);
  }

  /**
   * Resolves when the cache holds everything that was stored before this call; rejects when stopped before. Lists the
   * objects again only if the watch does not bring what is missing.
   */
  async refresh(): Promise<void> {
    await this.whenSynced();
    if (!(await this.#catchUp())) await this.#relist();
  }

  async #catchUp(): Promise<boolean> {
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#options;
    const { pageSize, catchUpMs: patienceMs } = this.#timing;
    const selection = { namespace, labelSelector, fieldSelector };
    const { cache } = this;
    const signal = this.#stop.signal;
    try {
      return await catchUp<T>({ client, resource, selection, cache, pageSize, patienceMs, signal });
    } catch (error) {
      this.#logger.info({ err: error }, 'could not list the metadata, listing all objects again');
      return false;
    }
  }

  async #relist(): Promise<void> {
    this.#stop.signal.throwIfAborted();
    const refresh = Promise.withResolvers<undefined>();
    this.#refreshes.push(refresh);
    this.#interrupt.abort();
    await refresh.promise;
  }

  async #run(): Promise<void> {
    let resourceVersion: string | undefined;
    while (!this.#stopped()) {
      this.#interrupt = new AbortController();
      if (this.#refreshes.length > 0) resourceVersion = undefined;
      try {
        resourceVersion ??= await this.#list();
        await this.#watch(resourceVersion);
        resourceVersion = this.cache.latest ?? resourceVersion;
        this.#failures = 0;
      } catch (error) {
        if (this.#stopped()) return;
        if (this.#interrupt.signal.aborted) continue;
        resourceVersion = needsRelist(error) ? undefined : this.cache.latest;
        await this.#backOff(error);
      }
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** @returns the resourceVersion to watch from. */
  async #list(): Promise<string> {
    const refreshes = this.#refreshes.splice(0);
    try {
      const { items, resourceVersion } = await this.#listPages();
      this.#epoch += 1;
      this.cache.replace(items, resourceVersion);
      this.#isSynced = true;
      this.#synced.resolve(undefined);
      for (const refresh of refreshes) refresh.resolve(undefined);
      this.#logger.debug({ count: items.length, resourceVersion }, 'listed');
      return resourceVersion;
    } catch (error) {
      this.#refreshes.unshift(...refreshes);
      throw error;
    }
  }

  async #listPages(): Promise<{ items: T[]; resourceVersion: string }> {
    const { trim = (object: T) => object } = this.#options;
    const items: T[] = [];
    const pageSize = new PageSize(this.#timing.pageSize);
    let next: string | undefined;
    for (;;) {
      const page = await this.#page(next, pageSize);
      // Before the next page is asked for, so that never more than one page is in memory as a whole.
      for (const item of page.items) {
        if (item.metadata) delete item.metadata.managedFields;
        items.push(trim(item));
      }
      next = page.metadata.continue;
      if (next === undefined || next === '') return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
    }
  }

  /** Retries a page after the first until its token is too old, so that earlier pages are not read again. */
  async #page(next: string | undefined, pageSize: PageSize): Promise<KubeList<T>> {
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#options;
    for (;;) {
      const selection = { namespace, labelSelector, fieldSelector, continue: next };
      try {
        const page = await readPage<T>({ client, resource, selection, pageSize, signal: this.#stop.signal });
        this.#stop.signal.throwIfAborted();
        this.#failures = 0;
        return page;
      } catch (error) {
        if (next === undefined || isGone(error) || this.#stopped() || this.#interrupt.signal.aborted) throw error;
        await this.#backOff(error);
      }
    }
  }

  /** Returns when the server closes the watch after its time. */
  async #watch(resourceVersion: string): Promise<void> {
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#options;
    const epoch = (this.#epoch += 1);
    const started = performance.now();
    const start = {
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion,
      timeoutSeconds: Math.ceil((this.#timing.watchMs * (1 + Math.random())) / 1000),
      inactivityMs: this.#timing.inactivityMs,
    };
    const signal = AbortSignal.any([this.#stop.signal, this.#interrupt.signal]);
    let events = 0;
    for await (const event of client.watch<T>(resource, start, { signal })) {
      if (epoch !== this.#epoch || signal.aborted) return;
      this.#take(event);
      this.#failures = 0;
      events += 1;
    }
    if (events === 0 && performance.now() - started < 1000) {
      throw new Error('the watch ended at once, without an event');
    }
  }

  #take(event: WatchEvent<T>): void {
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        this.cache.apply(event.object);
        return;
      case 'DELETED':
        this.cache.remove(event.object);
        return;
      case 'BOOKMARK':
        this.cache.advanceTo(event.object.metadata?.resourceVersion);
        return;
      case 'ERROR':
        throw inBandError(event.object, this.#options.resource.plural);
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const { backoffBaseMs: baseMs, backoffMaxMs: maxMs } = this.#timing;
    const asked = error instanceof KubeApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const delayMs = Math.max(asked, backoffMs({ baseMs, maxMs }, this.#failures));
    this.#failures += 1;
    const level = this.#failures === 1 && !isNotFound(error) ? 'info' : 'warn';
    const hint = isNotFound(error) ? '; is its CustomResourceDefinition installed?' : '';
    this.#logger[level]({ err: error, delayMs: Math.round(delayMs) }, `list or watch failed, trying again${hint}`);
    await sleep(delayMs, this.#interrupt.signal);
  }
}
