const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** No duration needs more characters. */
const LONGEST_TEXT = 100;
/** A timer of Node cannot be longer. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Milliseconds of a duration as kubectl's flags have them: `90s`, `1h30m`, or seconds without a unit. `undefined`: it is
 * not a duration.
 */
export function parsedDuration(text: string): number | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1000);
  const parts = text.split(/(?<=[a-z])(?=\d)/).map(milliseconds);
  const ms = parts.reduce((sum, part) => sum + part, 0);
  return Number.isNaN(ms) ? undefined : bounded(ms);
}

/** @returns NaN if it is not a number with a unit */
function milliseconds(part: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part) ?? [];
  return Number(number) * (UNITS[unit] ?? NaN);
}

function bounded(ms: number): number {
  return Math.min(LONGEST_MS, Math.round(ms));
}
