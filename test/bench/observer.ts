import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/**
 * Records when each object was first seen in a given state, on one clock, so that times of two kinds of objects can be
 * compared: both come through a watch of the same client.
 */
export class Observer<T extends KubeObject> {
  readonly #seen = new Map<string, number>();
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  readonly #key: (object: T) => string | undefined;

  /** @param key the name that the object is recorded under once it is in the expected state; undefined before */
  constructor(key: (object: T) => string | undefined) {
    this.#key = key;
  }

  note(object: T): void {
    const key = this.#key(object);
    if (key === undefined || this.#seen.has(key)) return;
    this.#seen.set(key, performance.now());
    for (const waiter of this.#waiting) if (this.#seen.size >= waiter.count) waiter.resolve();
  }

  at(key: string): number | undefined {
    return this.#seen.get(key);
  }

  keys(): string[] {
    return [...this.#seen.keys()];
  }

  /** The times of all objects, in order. */
  times(): number[] {
    return [...this.#seen.values()];
  }

  /** Resolves once `count` objects were seen. Rejects after `timeoutMs`. */
  until(count: number, what: string, timeoutMs = 120_000): Promise<void> {
    if (this.#seen.size >= count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${what}: ${this.#seen.size} of ${count} after ${timeoutMs / 1000} s`));
      }, timeoutMs);
      this.#waiting.push({
        count,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }
}

export interface Observing<T extends KubeObject> {
  namespace: string;
  onEvent: (type: 'ADDED' | 'MODIFIED', object: T) => void;
  /** The watch ended with an error. */
  onFailure: (error: unknown) => void;
  signal: AbortSignal;
}

/**
 * Passes on every addition and change in a namespace until the signal aborts. Resolves once the watch has begun;
 * earlier changes are left out.
 */
export async function observe<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  { namespace, onEvent, onFailure, signal }: Observing<T>,
): Promise<void> {
  const { metadata } = await client.list<T>(resource, { namespace, limit: 1 });
  let resourceVersion = metadata.resourceVersion ?? '0';
  const follow = async () => {
    // The server ends a watch whose reader is too slow; the next watch delivers what was not sent yet.
    while (!signal.aborted) {
      const start = { namespace, resourceVersion, timeoutSeconds: 3600, inactivityMs: 3_600_000 };
      for await (const event of client.watch<T>(resource, start, { signal })) {
        if (event.type === 'ERROR')
          throw new Error(`the watch of ${resource.plural} failed: ${JSON.stringify(event.object)}`);
        if (event.type === 'ADDED' || event.type === 'MODIFIED') onEvent(event.type, event.object);
        resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
      }
    }
  };
  follow().catch((error: unknown) => {
    if (!signal.aborted) onFailure(error);
  });
}
