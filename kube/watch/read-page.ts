import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { ResponseTooLargeError } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import type { KubeList, ListPage, ReadOptions } from '../client/request-options.ts';
import { MOST_PAGE_BYTES } from './page-size.ts';
import type { PageSize } from './page-size.ts';

export interface PageRequest extends Pick<ReadOptions, 'signal' | 'timeoutMs' | 'metadataOnly'> {
  client: Pick<KubeClient, 'list'>;
  resource: Resource;
  /** What to list; its `continue` says which page. */
  selection: Omit<ListPage, 'limit'>;
  /** Adapts to the size of the objects. */
  pageSize: PageSize;
}

/** Reads one page of a list. Asks for fewer objects as long as the answer is too large. */
export async function readPage<T extends KubeObject>(request: PageRequest): Promise<KubeList<T>> {
  const { client, resource, selection, pageSize, signal, timeoutMs, metadataOnly } = request;
  for (;;) {
    let bytes = 0;
    const onBytes = (count: number): void => {
      bytes = count;
    };
    try {
      const options = { signal, timeoutMs, metadataOnly, maxBytes: MOST_PAGE_BYTES, onBytes };
      const page = await client.list<T>(resource, { ...selection, limit: pageSize.limit }, options);
      pageSize.arrived(page.items.length, bytes);
      return page;
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError && pageSize.tooLarge())) throw error;
    }
  }
}
