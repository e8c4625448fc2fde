import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';

const DIGITS = 10;

/**
 * Content hash of a template: 10 hex digits of sha256 over what decides about its runs (spec, parameters, overrides).
 * Two templates of the same revision make the same Job.
 */
export function templateRevision(content: TemplateContent): string {
  return revisionOf(createHash('sha256').update(canonicalJson(content)).digest('hex'));
}

/** The revision that a sha256 digest (hex) of {@link canonicalJson} gives. */
export function revisionOf(digest: string): string {
  return digest.slice(0, DIGITS);
}

/** What decides about the runs of a template as JSON with sorted keys, so that the order of fields makes no difference. */
export function canonicalJson({ spec, parameters, overrides }: TemplateContent): string {
  return JSON.stringify({ spec, parameters, overrides }, sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
