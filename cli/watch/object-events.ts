import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Selection } from '../../kube/client/request-options.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import { sleep } from '../../kube/controller/sleep.ts';
import { inBandError, needsRelist } from '../../kube/watch/watch-error.ts';
import { listedObjects } from './listed-objects.ts';

/** `listed` comes after all objects that existed at the beginning. */
export type ObjectEvent<T extends KubeObject> = { type: 'changed' | 'deleted'; object: T } | { type: 'listed' };

export interface WatchedObjects {
  client: Pick<KubeClient, 'list' | 'watch'>;
  resource: Resource;
  selection: Selection;
  signal: AbortSignal;
  /** Called when the connection is lost, and with `undefined` when it is back. */
  onTrouble?: ((error: Error | undefined) => void) | undefined;
  /** The first list is tried again, too. */
  isPatient?: boolean | undefined;
}

const BACKOFF = { baseMs: 200, maxMs: 5000 };
/** A connection that is lost once is made again without a word. */
const TROUBLE = 2;
/** The server closes a watch after this time, and sends a bookmark about once a minute. */
const WATCH = { timeoutSeconds: 300, inactivityMs: 90_000 };

/**
 * Yields each version of the objects that is seen, and their deletions, until the signal aborts, which throws its reason. A
 * lost connection is made again, and what was missed is found by listing.
 *
 * @throws KubeApiError if the API server refuses the first list, or permits it no longer.
 */
export async function* objectEvents<T extends KubeObject>(watched: WatchedObjects): AsyncGenerator<ObjectEvent<T>> {
  const feed = new ObjectFeed<T>(watched);
  for (;;) {
    try {
      yield* feed.list();
      yield* feed.watch();
    } catch (error) {
      await feed.recoverFrom(error);
    }
    if (watched.signal.aborted) throw watched.signal.reason;
  }
}

class ObjectFeed<T extends KubeObject> {
  readonly #watched: WatchedObjects;
  /** By uid. */
  readonly #known = new Map<string, T>();
  #isListed = false;
  #failures = 0;
  #resourceVersion = '';

  constructor(watched: WatchedObjects) {
    this.#watched = watched;
  }

  async *list(): AsyncGenerator<ObjectEvent<T>> {
    const { onTrouble } = this.#watched;
    const { items, resourceVersion } = await listedObjects<T>(this.#watched);
    if (this.#failures >= TROUBLE) onTrouble?.(undefined);
    this.#resourceVersion = resourceVersion;
    yield* this.#missed(items);
    if (!this.#isListed) yield { type: 'listed' };
    this.#isListed = true;
  }

  /** Until the server closes the watch after its time. */
  async *watch(): AsyncGenerator<ObjectEvent<T>> {
    const { client, resource, selection, signal } = this.#watched;
    const start = { ...selection, ...WATCH, resourceVersion: this.#resourceVersion };
    for await (const event of client.watch<T>(resource, start, { signal })) {
      if (event.type === 'ERROR') throw inBandError(event.object, resource.plural);
      this.#failures = 0;
      if (event.type === 'DELETED') yield* this.#deletion(event.object);
      else if (event.type !== 'BOOKMARK') yield* this.#change(event.object);
    }
    this.#failures = 0;
  }

  /** Waits before the next attempt. @throws the error if another attempt has no better prospects */
  async recoverFrom(error: unknown): Promise<void> {
    const { signal, onTrouble, isPatient = false } = this.#watched;
    if (signal.aborted) throw signal.reason;
    if (!isPassing(error) || !(this.#isListed || isPatient)) throw error;
    this.#failures += 1;
    if (this.#failures === TROUBLE) onTrouble?.(error);
    await sleep(backoffMs(BACKOFF, this.#failures), signal);
  }

  *#missed(items: readonly T[]): Generator<ObjectEvent<T>> {
    const present = new Set(items.map(uidOf));
    for (const [uid, object] of Array.from(this.#known)) if (!present.has(uid)) yield* this.#deletion(object);
    for (const object of items) yield* this.#change(object);
  }

  *#change(object: T): Generator<ObjectEvent<T>> {
    const known = this.#known.get(uidOf(object));
    if (known !== undefined && known.metadata?.resourceVersion === object.metadata?.resourceVersion) return;
    this.#known.set(uidOf(object), object);
    yield { type: 'changed', object };
  }

  *#deletion(object: T): Generator<ObjectEvent<T>> {
    this.#known.delete(uidOf(object));
    yield { type: 'deleted', object };
  }
}

function uidOf({ metadata }: KubeObject): string {
  return metadata?.uid ?? '';
}

/** What the API server or the network will not do for long. */
export function isPassing(error: unknown): error is Error {
  if (error instanceof KubeConnectionError || needsRelist(error)) return true;
  return error instanceof KubeApiError && (error.code >= 500 || error.code === 429);
}
