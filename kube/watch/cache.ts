import type { KubeObject } from '../../api/wire.ts';
import { keyOf } from './object-key.ts';
import { isNewer } from './resource-version.ts';

/**
 * How a deletion became known. `watched`: the watch reported it, with the last state of the object. `missed`: a later list
 * does not have the object, or another object has its name. It may have changed after its last known state.
 */
export type Deletion = 'watched' | 'missed';

/** Called after the cache changed. `last` is the last known state of the deleted object. */
export interface CacheHandlers<T extends KubeObject> {
  onAdd?: (object: T) => void;
  onUpdate?: (before: T, after: T) => void;
  onDelete?: (last: T, deletion: Deletion) => void;
}

/** Returns the index values of an object, for {@link ObjectCache.byIndex}. */
export type Indexer<T extends KubeObject> = (object: T) => string[];

/**
 * The newest known version of each object of one resource. Objects in it are shared: never modify one.
 *
 * It has two sources: the watch, and this process' own writes ({@link ObjectCache.put}), so that a reader sees a write
 * before the watch delivers it. A version older than the stored one is dropped.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  readonly #indices = new Map<string, Map<string, Set<string>>>();
  readonly #trim: (object: T) => T;
  #handlers: CacheHandlers<T>;
  #latest: string | undefined;

  /** @param trim removes unused fields of an object; `metadata.managedFields` is always removed */
  constructor(
    handlers: CacheHandlers<T> = {},
    indexers: Readonly<Record<string, Indexer<T>>> = {},
    trim: (object: T) => T = (object) => object,
  ) {
    this.#handlers = handlers;
    this.#trim = trim;
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indices.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The resourceVersion up to which the cache is complete. */
  get latest(): string | undefined {
    return this.#latest;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOf({ ...(namespace === undefined ? {} : { namespace }), name }));
  }

  list(namespace?: string): T[] {
    const all = Array.from(this.#objects.values());
    return namespace === undefined ? all : all.filter((object) => object.metadata?.namespace === namespace);
  }

  /** The objects for which the indexer of this name returned `value`. */
  byIndex(index: string, value: string): T[] {
    const keys = this.#indices.get(index)?.get(value) ?? [];
    return Array.from(keys).flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Stops calling handlers, so that late events have no effect. */
  mute(): void {
    this.#handlers = {};
  }

  /**
   * Stores the result of this process' own write. Calls no handler. Ignored if the cache has this version or a
   * newer one, or if the watch has reported since then that the object was deleted.
   */
  put(object: T): void {
    const known = this.#objects.get(keyOf(object.metadata));
    const version = object.metadata?.resourceVersion;
    const newer = isNewer(version, known?.metadata?.resourceVersion ?? this.#latest);
    if (newer === true) this.#store(this.#trim(object));
  }

  /** Applies an `ADDED` or `MODIFIED` event of the watch. */
  apply(object: T): void {
    this.#advance(object.metadata?.resourceVersion);
    const known = this.#objects.get(keyOf(object.metadata));
    if (known && !isNews(object, known)) return;
    this.#change(known, this.#trim(object));
  }

  /** Applies a `DELETED` event of the watch, with the object's last state. */
  remove(last: T): void {
    this.#advance(last.metadata?.resourceVersion);
    const known = this.#objects.get(keyOf(last.metadata));
    if (!known) return;
    if (known.metadata?.uid !== last.metadata?.uid) return;
    this.#drop(known);
    this.#handlers.onDelete?.(last, 'watched');
  }

  /** Applies the resourceVersion of a bookmark. */
  advanceTo(resourceVersion: string | undefined): void {
    this.#advance(resourceVersion);
  }

  /**
   * Applies a complete list of trimmed objects: an object not in it was deleted, unless it was written after the list was
   * read.
   */
  replace(objects: T[], resourceVersion: string | undefined): void {
    const listed = new Set(objects.map((object) => keyOf(object.metadata)));
    for (const [key, known] of Array.from(this.#objects)) {
      if (listed.has(key) || isNewer(known.metadata?.resourceVersion, resourceVersion) === true) continue;
      this.#drop(known);
      this.#handlers.onDelete?.(known, 'missed');
    }
    this.#latest = resourceVersion;
    for (const object of objects) {
      const known = this.#objects.get(keyOf(object.metadata));
      if (!known || isNews(object, known)) this.#change(known, object);
    }
  }

  /** The same name with another uid is another object: the old one was deleted, a new one created. */
  #change(known: T | undefined, object: T): void {
    if (known && known.metadata?.uid !== object.metadata?.uid) {
      this.#drop(known);
      this.#handlers.onDelete?.(known, 'missed');
      this.#store(object);
      this.#handlers.onAdd?.(object);
      return;
    }
    this.#store(object);
    if (known) this.#handlers.onUpdate?.(known, object);
    else this.#handlers.onAdd?.(object);
  }

  #store(object: T): void {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (known) this.#drop(known);
    if (object.metadata) delete object.metadata.managedFields;
    this.#objects.set(key, object);
    this.#eachIndexValue(object, (values, value) => {
      const keys = values.get(value);
      if (keys) keys.add(key);
      else values.set(value, new Set([key]));
    });
  }

  #drop(object: T): void {
    const key = keyOf(object.metadata);
    this.#objects.delete(key);
    this.#eachIndexValue(object, (values, value) => {
      const keys = values.get(value);
      keys?.delete(key);
      if (keys?.size === 0) values.delete(value);
    });
  }

  #eachIndexValue(object: T, visit: (values: Map<string, Set<string>>, value: string) => void): void {
    for (const [name, indexer] of Object.entries(this.#indexers)) {
      const values = this.#indices.get(name);
      if (values) for (const value of indexer(object)) visit(values, value);
    }
  }

  #advance(resourceVersion: string | undefined): void {
    if (resourceVersion === undefined) return;
    if (isNewer(this.#latest, resourceVersion) !== true) this.#latest = resourceVersion;
  }
}

/** An event is news unless the cache has the same version or, from this process' own write, a newer one. */
function isNews<T extends KubeObject>(object: T, known: T): boolean {
  const version = object.metadata?.resourceVersion;
  if (version !== undefined && version === known.metadata?.resourceVersion) return false;
  return isNewer(known.metadata?.resourceVersion, version) !== true;
}
