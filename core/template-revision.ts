import { createHash } from 'node:crypto';
import type { JobSpec } from '../api/wire.ts';

const REVISION_LENGTH = 10;

/** Names the content of a template: 10 hex digits of the sha256 of its spec, whatever the order of the fields. */
export function templateRevision(spec: JobSpec): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(spec)))
    .digest('hex')
    .slice(0, REVISION_LENGTH);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}
