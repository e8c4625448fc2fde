import type { Resource } from '../../api/resources.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/** How many objects are stored, of all namespaces or of one. Reads one of them. */
export async function countOf(client: KubeClient, resource: Resource, namespace?: string): Promise<number> {
  const { items, metadata } = await client.list(resource, { namespace, limit: 1 });
  return items.length + (metadata.remainingItemCount ?? 0);
}
