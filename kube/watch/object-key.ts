import type { ObjectMeta } from '../../api/wire.ts';

/** Namespace and name in one string, as the key of caches and queues. */
export function keyOf(metadata: ObjectMeta | undefined): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
