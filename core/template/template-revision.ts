import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';

/**
 * Content hash of a template: 10 hex digits of sha256 over what decides about its runs (spec, parameters, overrides) as
 * JSON with sorted keys, so that the order of fields makes no difference, and two templates of the same revision make the
 * same Job.
 */
export function templateRevision(content: TemplateContent): string {
  const { spec, parameters, overrides } = content;
  const known = revisions.get(content);
  if (known !== undefined) return known;
  const text = JSON.stringify({ spec, parameters, overrides }, sortKeys);
  const revision = createHash('sha256').update(text).digest('hex').slice(0, 10);
  revisions.set(content, revision);
  return revision;
}

/** Objects of caches are shared and never changed, so that each is hashed once. */
const revisions = new WeakMap<object, string>();

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
