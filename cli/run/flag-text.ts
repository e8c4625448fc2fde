import type { ScalarValue } from '../../api/parameter.ts';

/** A value as `-p` reads it: `@` would name a file. */
export function flagText(value: ScalarValue): string {
  const text = String(value);
  return text.startsWith('@') ? `@${text}` : text;
}
