import { createHash } from 'node:crypto';
import type { TemplateContent } from '../api/job-template.ts';

/**
 * Content hash of a template: 10 hex digits of sha256 over what decides about its runs (spec, parameters, overrides) as
 * JSON with sorted keys, so that the order of fields makes no difference, and two templates of the same revision make the
 * same Job.
 */
export function templateRevision({ spec, parameters, overrides }: TemplateContent): string {
  const text = JSON.stringify({ spec, parameters, overrides }, sortKeys);
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
