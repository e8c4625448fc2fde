import { createHash } from 'node:crypto';
import type { JobSpec } from '../api/wire.ts';

/**
 * Content hash of a template's spec: 10 hex digits of sha256 over its JSON with sorted keys, so that the order of
 * fields makes no difference, and two templates of the same revision make the same Job.
 */
export function templateRevision(spec: JobSpec): string {
  return createHash('sha256').update(JSON.stringify(spec, sortKeys)).digest('hex').slice(0, 10);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
