/** The timeout that the chart configures, for a request without one. */
const DEFAULT_MS = 5000;
/** The share of the timeout for the decision. The rest is for sending the answer. */
const SHARE = 0.8;

/**
 * How long a decision can take, in milliseconds. The API server sends its timeout in the query (`?timeout=5s`, a Go
 * duration of whole seconds) and ignores a later answer.
 */
export function budgetMs(timeout: unknown): number {
  const [, minutes = '0', seconds = '0'] = /^(?:(\d+)m)?(\d+)s$/.exec(typeof timeout === 'string' ? timeout : '') ?? [];
  const askedMs = (Number(minutes) * 60 + Number(seconds)) * 1000;
  return (askedMs > 0 ? askedMs : DEFAULT_MS) * SHARE;
}
