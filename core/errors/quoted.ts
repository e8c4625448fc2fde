const LONGEST = 100;

/** A value as JSON, cut where it is too long to be read in a message. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

/** Names for a message, in the order given: `"a", "b"`, at most twenty of them. */
export function quotedList(values: readonly unknown[]): string {
  const most = 20;
  const shown = values.slice(0, most).map(quoted).join(', ');
  return values.length > most ? `${shown} and ${values.length - most} more` : shown;
}
