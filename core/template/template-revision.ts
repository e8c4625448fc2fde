import { createHash } from 'node:crypto';
import type { TemplateContent } from '../../api/job-template.ts';

const DIGITS = 10;

/**
 * Content hash of a template: 10 hex digits of the sha256 of everything that its runs depend on (spec, jobMetadata,
 * parameters, overrides, results). Templates of the same revision render the same Jobs.
 */
export function templateRevision(content: TemplateContent): string {
  return revisionOf(createHash('sha256').update(canonicalJson(content)).digest('hex'));
}

/** The revision of a sha256 digest (hex) of {@link canonicalJson}. */
export function revisionOf(digest: string): string {
  return digest.slice(0, DIGITS);
}

/** Everything that the runs of a template depend on, as JSON with sorted keys: the order of fields does not matter. */
export function canonicalJson(content: TemplateContent): string {
  const { spec, jobMetadata, parameters, overrides, results, resultsFrom } = content;
  return JSON.stringify({ spec, jobMetadata, parameters, overrides, results, resultsFrom }, sortKeys);
}

/** A replacer for JSON.stringify that sorts the keys of each object. */
export function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
