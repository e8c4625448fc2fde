const LONGEST = 100;

/** A value as JSON, cut to 100 characters. Only as much of a string or a list as can be shown is converted. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(beginningOf(value) ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

function beginningOf(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, LONGEST);
  return Array.isArray(value) ? value.slice(0, LONGEST).map(beginningOf) : value;
}

/** The first twenty values as JSON, in the order given: `"a", "b" and 3 more`. */
export function quotedList(values: readonly unknown[]): string {
  const most = 20;
  const shown = values.slice(0, most).map(quoted).join(', ');
  return values.length > most ? `${shown} and ${values.length - most} more` : shown;
}
