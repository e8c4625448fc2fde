const SECONDS = /^\d{1,9}$/;

/**
 * The delay that the header `Retry-After` requests, in milliseconds: a number of seconds, or a date. `undefined` if it
 * requests none.
 */
export function requestedDelayMs(header: string | string[] | undefined, nowMs: number): number | undefined {
  const [text = ''] = [header].flat();
  if (SECONDS.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : Math.max(atMs - nowMs, 0);
}
