import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Selection } from '../../kube/client/request-options.ts';

interface Listed {
  client: Pick<KubeClient, 'list'>;
  resource: Resource;
  selection: Selection;
  signal: AbortSignal;
}

const PAGE = 500;

/** All selected objects as they were at one time, and the version to watch from. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as in the client: the caller knows the type
export async function listedObjects<T extends KubeObject>(
  listed: Listed,
): Promise<{ items: T[]; resourceVersion: string }> {
  const { client, resource, selection, signal } = listed;
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.list<T>(resource, { ...selection, limit: PAGE, continue: next }, { signal });
    items.push(...page.items);
    next = page.metadata.continue;
    if (next === undefined || next === '') return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
  }
}
