import { createHash } from 'node:crypto';

const MAX_LENGTH = 63;
const HASH_LENGTH = 8;

/**
 * An object's name as a label value. Names have up to 253 characters, label values up to 63; both begin and end with a
 * letter or digit. A longer name is cut at the end.
 */
export function labelValue(name: string): string {
  return beginning(name, MAX_LENGTH);
}

/**
 * An object's name as a label value that no other object has: a name that does not fit ends in 8 hex digits of its hash
 * instead, so that names with the same beginning stay apart. A name that fits is the value.
 */
export function uniqueLabelValue(name: string): string {
  if (name.length <= MAX_LENGTH) return labelValue(name);
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH);
  return `${beginning(name, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

function beginning(name: string, length: number): string {
  return /^.*[A-Z0-9]/is.exec(name.slice(0, length))?.[0] ?? '';
}
