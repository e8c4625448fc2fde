import { createHash } from 'node:crypto';

/** Of `count` syncers that share the work, the one with number `index`, from 0. */
export interface Shard {
  index: number;
  count: number;
}

/** All namespaces. */
export const WHOLE: Shard = { index: 0, count: 1 };

/**
 * Whether a namespace is among those that a shard works on. Each is in exactly one, the same everywhere: by its hash, as
 * nothing else about a namespace is known to all. What has no namespace counts as the namespace `''`.
 */
export function isInShard(namespace: string | undefined, { index, count }: Shard): boolean {
  if (count === 1) return true;
  const hash = createHash('sha256')
    .update(namespace ?? '')
    .digest();
  return hash.readUInt32BE(0) % count === index;
}
