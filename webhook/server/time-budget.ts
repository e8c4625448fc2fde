/** What the chart configures, for a caller that does not say. */
const DEFAULT_MS = 5000;
/** The part of the API server's patience that may be spent on asking; the rest brings the answer back. */
const SHARE = 0.8;

/**
 * How long a decision may take, in milliseconds. The API server says in the query how long it waits (`?timeout=5s`, a Go
 * duration of whole seconds); an answer after that is none.
 */
export function budgetMs(timeout: unknown): number {
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(\d+)s$/.exec(typeof timeout === 'string' ? timeout : '') ?? [];
  const askedMs = (Number(minutes) * 60 + Number(seconds)) * 1000;
  return (askedMs > 0 ? askedMs : DEFAULT_MS) * SHARE;
}
