/**
 * Returns the texts of a response's `Warning` headers as the API server writes them: `299 - "text"`, several joined by
 * commas (RFC 7234, section 5.5). Ignores everything else.
 */
export function parseWarnings(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const text = Array.isArray(header) ? header.join(', ') : header;
  const quoted = /\b299 \S+ "((?:[^"\\]|\\.)*)"/g;
  return Array.from(text.matchAll(quoted), ([, warning = '']) => warning.replaceAll(/\\(.)/g, '$1'));
}
