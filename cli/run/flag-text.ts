import type { ParameterValue, ScalarValue } from '../../api/parameter.ts';

/** A value as `-p` reads it: `@` would name a file. */
export function flagText(value: ScalarValue): string {
  const text = String(value);
  return text.startsWith('@') ? `@${text}` : text;
}

/** The values of `-p name=…` that set a parameter: a list is one flag for each element, or JSON. */
export function flagTexts(value: ParameterValue): string[] {
  if (!Array.isArray(value)) return [flagText(value)];
  const [first] = value;
  const isPlain = value.length > 1 || (first !== undefined && !String(first).trimStart().startsWith('['));
  return isPlain && !value.includes('-') ? value.map(flagText) : [JSON.stringify(value)];
}

/** A word as a POSIX shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
