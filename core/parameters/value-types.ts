import type { ParameterSchema } from '../../api/parameter.ts';
import { quoted } from '../errors/quoted.ts';

type Type = ParameterSchema['type'];

/** Whether the value has the type of a parameter. A whole number is also a number. */
export function isOfType(value: unknown, type: Type): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

const TYPE_NAMES: Record<Type, string> = {
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/**
 * What a value of another type must be. YAML parses an unquoted `5` as a number and an unquoted `true` as a boolean, which
 * users often do not expect. The value that was written is not known: `1.10`, `010` and `yes` arrive as 1.1, 8 and true. So
 * no hint repeats such a value.
 */
export function typeHint(value: unknown, wanted: Type): string {
  const must = `must be ${TYPE_NAMES[wanted]}`;
  if (wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${must}: put it in quotes`;
  }
  if (wanted === 'array' && typeof value === 'string') return `${must}: ${inBrackets(value)}`;
  return looksLike(value, wanted) ? `${must}: write it without quotes` : must;
}

/** A long text is not quoted as a whole, and its beginning is another value. */
function inBrackets(value: string): string {
  const whole = quoted(value);
  return whole.endsWith('"') ? `write [${whole}]` : 'put it in brackets';
}

/** The longest text of a number or a boolean. */
const LONGEST = 32;

/** Whether the text is the same value without quotes. `1.50` would become 1.5. */
function looksLike(value: unknown, wanted: Type): boolean {
  if (typeof value !== 'string' || value.length > LONGEST) return false;
  if (wanted === 'boolean') return value === 'true' || value === 'false';
  const number = Number(value);
  return isOfType(number, wanted) && String(number) === value;
}
