import { createHash } from 'node:crypto';

/** One of `count` syncers that share the work: the one with number `index`, from 0. */
export interface Shard {
  index: number;
  count: number;
}

/** All namespaces. */
export const WHOLE: Shard = { index: 0, count: 1 };

/**
 * Whether a shard works on a namespace. The hash of the namespace's name decides, so that all syncers agree without
 * communication. Objects without a namespace belong to the shard of the name `''`.
 */
export function isInShard(namespace: string | undefined, { index, count }: Shard): boolean {
  if (count === 1) return true;
  const hash = createHash('sha256')
    .update(namespace ?? '')
    .digest();
  return hash.readUInt32BE(0) % count === index;
}
