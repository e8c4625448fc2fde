import type { ObjectMeta } from '../../api/wire.ts';

/** `namespace/name`, the key of an object in caches and work queues. */
export function keyOf(metadata: ObjectMeta | undefined): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** The namespace in such a key. */
export function namespaceOfKey(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
