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
 * users often do not expect.
 */
export function typeHint(value: unknown, wanted: Type): string {
  const must = `must be ${TYPE_NAMES[wanted]}`;
  if (wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${must}: put it in quotes, "${value}"`;
  }
  if (wanted === 'array' && typeof value === 'string') return `${must}: write [${quoted(value)}]`;
  return looksLike(value, wanted) ? `${must}: write it without quotes` : must;
}

/** The longest text of a number or a boolean. */
const LONGEST = 32;

function looksLike(value: unknown, wanted: Type): boolean {
  if (typeof value !== 'string' || value.length > LONGEST) return false;
  if (wanted === 'boolean') return value === 'true' || value === 'false';
  return wanted === 'integer' ? /^-?\d+$/.test(value) : /^-?\d+(?:\.\d+)?$/.test(value) && wanted === 'number';
}
