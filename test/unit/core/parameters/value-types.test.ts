import { describe, expect, it } from 'vitest';
import { isOfType, typeHint } from '../../../../core/parameters/value-types.ts';

const VALUES = { text: 'a', digits: '5', whole: 5, fraction: 1.5, bool: true, list: ['a'], map: {}, nothing: null };

describe('the type of a value', () => {
  it.each([
    ['string', ['text', 'digits']],
    ['integer', ['whole']],
    ['number', ['whole', 'fraction']],
    ['boolean', ['bool']],
    ['array', ['list']],
  ] as const)('%s', (type, fitting) => {
    const found = Object.entries(VALUES).filter(([, value]) => isOfType(value, type));
    expect(found.map(([name]) => name)).toEqual(fitting);
  });
});

describe('the hint for a value of another type', () => {
  it.each([
    ['string', 5, 'must be a string: put it in quotes'],
    ['string', true, 'must be a string: put it in quotes'],
    ['string', {}, 'must be a string'],
    ['array', 'a', 'must be a list: write ["a"]'],
    ['array', 5, 'must be a list'],
    ['integer', '-5', 'must be a whole number: write it without quotes'],
    ['integer', '1.5', 'must be a whole number'],
    ['number', '1.5', 'must be a number: write it without quotes'],
    ['number', '5'.repeat(100), 'must be a number'],
    // Without quotes, they would be 1.5, 0 and 12345678901234567000.
    ['number', '1.50', 'must be a number'],
    ['integer', '-0', 'must be a whole number'],
    ['number', '12345678901234567890', 'must be a number'],
    ['array', 'a'.repeat(98), `must be a list: write ["${'a'.repeat(98)}"]`],
    // It would be quoted with its beginning only.
    ['array', 'a'.repeat(99), 'must be a list: put it in brackets'],
    ['boolean', 'true', 'must be true or false: write it without quotes'],
    ['boolean', 'yes', 'must be true or false'],
  ] as const)('for %s: %j', (type, value, hint) => {
    expect(typeHint(value, type)).toBe(hint);
  });
});
