import type { KubeObject } from '../../api/wire.ts';
import type { KubeList } from '../client/request-options.ts';
import { sleep } from '../controller/sleep.ts';
import type { ObjectCache } from './cache.ts';
import { keyOf } from './object-key.ts';
import { PageSize } from './page-size.ts';
import { readPage } from './read-page.ts';
import type { PageRequest } from './read-page.ts';
import { isNewer } from './resource-version.ts';

export interface CatchUpOptions<T extends KubeObject> extends Pick<PageRequest, 'client' | 'resource' | 'selection'> {
  cache: Pick<ObjectCache<T>, 'get' | 'list' | 'latest'>;
  /** The most objects of a page. */
  pageSize: number;
  /** For this long, the watch may bring what the cache lacks, in milliseconds. */
  patienceMs: number;
  signal: AbortSignal;
}

const POLL_MS = 10;

/**
 * Waits until the cache has everything that was stored when this was called. Lists only metadata: the objects themselves
 * can be much larger, and the watch has brought nearly all of them before.
 *
 * @returns false if versions cannot be compared, or the watch is too late. Then the objects have to be listed
 * @throws what the list throws
 */
export async function catchUp<T extends KubeObject>(options: CatchUpOptions<T>): Promise<boolean> {
  const gap = new Gap(options.cache);
  const { pageSize: most, patienceMs, ...request } = options;
  const pageSize = new PageSize(most);
  let next: string | undefined;
  do {
    const selection = { ...options.selection, continue: next };
    const page = await readPage({ ...request, selection, pageSize, metadataOnly: true });
    gap.compare(page);
    next = page.metadata.continue;
  } while (next !== undefined && next !== '');
  const until = performance.now() + patienceMs;
  while (gap.isOpen && performance.now() < until && !options.signal.aborted) await sleep(POLL_MS, options.signal);
  return !gap.isOpen;
}

/** What a cache lacks, compared with a list. */
class Gap<T extends KubeObject> {
  readonly #cache: CatchUpOptions<T>['cache'];
  readonly #listed = new Set<string>();
  /** The newest version of the list. The cache has every object of the list once it is complete up to here. */
  #newest: string | undefined;
  #comparable = true;
  /** Cached objects that the list does not have. */
  #deleted: T[] = [];

  constructor(cache: CatchUpOptions<T>['cache']) {
    this.#cache = cache;
  }

  /** Compares one page. The last one completes the list. */
  compare({ items, metadata }: KubeList<KubeObject>): void {
    for (const item of items) this.#compareObject(item);
    if (metadata.continue !== undefined && metadata.continue !== '') return;
    this.#deleted = this.#cache.list().filter((object) => {
      if (this.#listed.has(keyOf(object.metadata))) return false;
      return isNewer(object.metadata?.resourceVersion, metadata.resourceVersion) !== true;
    });
  }

  get isOpen(): boolean {
    if (!this.#comparable) return true;
    if (this.#newest !== undefined && isNewer(this.#newest, this.#cache.latest) !== false) return true;
    this.#deleted = this.#deleted.filter(({ metadata }) => {
      return this.#cache.get(metadata?.namespace, metadata?.name ?? '')?.metadata?.uid === metadata?.uid;
    });
    return this.#deleted.length > 0;
  }

  #compareObject(item: KubeObject): void {
    this.#listed.add(keyOf(item.metadata));
    const version = item.metadata?.resourceVersion;
    const isLater = isNewer(version, this.#newest ?? '1');
    this.#comparable &&= isLater !== undefined;
    if (isLater === true) this.#newest = version;
  }
}
