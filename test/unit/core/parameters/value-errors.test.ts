import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterSchema } from '../../../../api/parameter.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { parameterValueErrors } from '../../../../core/parameters/value-errors.ts';
import { fieldError } from '../field-errors.ts';

const errorsOf = (value: unknown, schema?: object) =>
  parameterValueErrors(value, schema as ParameterSchema | undefined, { path: 'p', schemas: new SchemaCompiler() });

const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more });
const strings = list({ type: 'string' });

describe('a valid value', () => {
  it.each<[string, unknown, object | undefined]>([
    ['any string without a schema', 'a b', undefined],
    ['the empty string', '', { type: 'string' }],
    ['a whole number', -7, { type: 'integer' }],
    ['a whole number written with a point', 2.0, { type: 'integer' }],
    ['a number', 0.5, { type: 'number' }],
    ['false', false, { type: 'boolean' }],
    ['an empty list', [], strings],
    ['a list without a limit, which null is', ['a', 'b'], list({ type: 'string' }, { maxItems: null })],
    ['a list as long as it may be', ['a', 'b'], list({ type: 'string' }, { minItems: 2, maxItems: 2 })],
    ['one of an enum', 'b', { type: 'string', enum: ['a', 'b'] }],
    ['as long and as short as it may be', 'ab', { type: 'string', minLength: 2, maxLength: 2 }],
    ['as great and as small as it may be', 5, { type: 'integer', minimum: 5, maximum: 5 }],
    ['a string that matches', 'abc', { type: 'string', pattern: 'b', maxLength: 5 }],
    ['the greatest whole number that is exact', Number.MAX_SAFE_INTEGER, { type: 'integer' }],
    ['the smallest whole number that is exact', Number.MIN_SAFE_INTEGER, { type: 'number' }],
    ['a text with a whole surrogate pair', '😀', { type: 'string' }],
  ])('is %s', (_, value, schema) => {
    expect(errorsOf(value, schema)).toEqual([]);
  });
});

describe('a secret value', () => {
  const secretErrors = (value: unknown, schema: object) =>
    parameterValueErrors(value, schema as ParameterSchema, { path: 'p', schemas: new SchemaCompiler(), secret: true });

  it.each<[string, unknown, object, string]>([
    ['of another type', 5, { type: 'string' }, 'Invalid value: must be a string: put it in quotes'],
    ['in place of a list', 'hunter2', strings, 'Invalid value: must be a list'],
    [
      'that is not in the enum',
      'hunter2',
      { type: 'string', enum: ['hunter1'] },
      'Invalid value: must be one of the values that the template declares',
    ],
    [
      'that is too short',
      'hunter2',
      { type: 'string', minLength: 9 },
      'Invalid value: must have at least 9 characters',
    ],
    [
      'that does not match',
      'hunter2',
      { type: 'string', pattern: '^x', maxLength: 9 },
      'Invalid value: must match the regular expression ^x',
    ],
    ['that is too great', 77, { type: 'integer', maximum: 5 }, 'Invalid value: must be less than or equal to 5'],
    [
      'that is not exact',
      1e300,
      { type: 'number' },
      'Invalid value: is a number too great to be stored exactly: use a parameter of type string, and put the value in quotes',
    ],
    [
      'that no process can have',
      'a\0b',
      { type: 'string' },
      'Invalid value: must not contain the character NUL: no argument or variable of a process can',
    ],
    ['in a list', ['hunter2'], list({ type: 'integer' }), 'Invalid value: must be a whole number'],
    [
      'in a list that is too short',
      ['hunter2'],
      list({ type: 'string' }, { minItems: 2 }),
      'Invalid value: must have at least 2 elements',
    ],
  ])('%s is not quoted', (_, value, schema, message) => {
    expect(secretErrors(value, schema).map((error) => error.message)).toEqual([message]);
  });
});

describe('a value of the wrong type', () => {
  it.each<[unknown, string, RegExp]>([
    [5, 'string', /^Invalid value: 5: must be a string: .*quotes$/],
    [true, 'string', /^Invalid value: true: must be a string: .*quotes$/],
    [['a'], 'string', /^Invalid value: \["a"\]: must be a string$/],
    [{}, 'string', /^Invalid value: \{\}: must be a string$/],
    ['5', 'integer', /^Invalid value: "5": must be a whole number: .*without quotes$/],
    ['007', 'integer', /must be a whole number$/],
    ['12345678901234567890', 'integer', /must be a whole number$/],
    ['-50', 'integer', /must be a whole number: .*without quotes$/],
    ['5.5', 'integer', /must be a whole number$/],
    ['5x', 'integer', /must be a whole number$/],
    ['x5', 'integer', /must be a whole number$/],
    ['true', 'integer', /must be a whole number$/],
    [5.5, 'integer', /^Invalid value: 5\.5: must be a whole number$/],
    [true, 'integer', /^Invalid value: true: must be a whole number$/],
    ['5', 'number', /^Invalid value: "5": must be a number: .*without quotes$/],
    ['010.5', 'number', /must be a number$/],
    ['-50.25', 'number', /must be a number: .*without quotes$/],
    ['5.', 'number', /must be a number$/],
    ['.5', 'number', /must be a number$/],
    ['5.5x', 'number', /must be a number$/],
    ['x5.5', 'number', /must be a number$/],
    ['-', 'number', /must be a number$/],
    ['true', 'boolean', /^Invalid value: "true": must be true or false: .*without quotes$/],
    ['false', 'boolean', /must be true or false: .*without quotes$/],
    ['yes', 'boolean', /must be true or false$/],
    ['5', 'boolean', /must be true or false$/],
    [1, 'boolean', /^Invalid value: 1: must be true or false$/],
  ])('%j for %s', (value, type, message) => {
    expect(errorsOf(value, { type })).toEqual([fieldError('p', 'FieldValueTypeInvalid', message)]);
  });

  it.each<[unknown, RegExp]>([
    ['a', /^Invalid value: "a": must be a list: .*\["a"\]$/],
    [5, /^Invalid value: 5: must be a list$/],
  ])('%j for a list', (value, message) => {
    expect(errorsOf(value, strings)).toEqual([fieldError('p', 'FieldValueTypeInvalid', message)]);
  });

  it('anything but a string without a schema', () => {
    expect(errorsOf(5)).toEqual([fieldError('p', 'FieldValueTypeInvalid', /: 5: must be a string/)]);
  });
});

describe('an invalid value', () => {
  it.each<[string, unknown, object, object]>([
    [
      'not in the enum, but similar to one of its values',
      'fats',
      { type: 'string', enum: ['fast', 'slow'] },
      fieldError('p', 'FieldValueNotSupported', /"fats": supported values: "fast", "slow"; did you mean "fast"\?$/),
    ],
    [
      'not in the enum, and similar to none of its values',
      'quick',
      { type: 'string', enum: ['fast', 'slow'] },
      fieldError('p', 'FieldValueNotSupported', /"quick": supported values: "fast", "slow"$/),
    ],
    [
      'a number that is not in the enum',
      3,
      { type: 'integer', enum: [1, 2] },
      fieldError('p', 'FieldValueNotSupported', /: 3: supported values: 1, 2$/),
    ],
    ['too long by one', 'ab', { type: 'string', maxLength: 1 }, fieldError('p', 'FieldValueTooLong', /1 character$/)],
    ['too long', 'abc', { type: 'string', maxLength: 2 }, fieldError('p', 'FieldValueTooLong', /2 characters$/)],
    [
      'too short',
      'a',
      { type: 'string', minLength: 2 },
      fieldError('p', 'FieldValueInvalid', /"a": .*at least 2 characters$/),
    ],
    [
      'too few',
      [],
      list({ type: 'string' }, { minItems: 1 }),
      fieldError('p', 'FieldValueInvalid', /\[\]: .*at least 1 element$/),
    ],
    [
      'too many',
      ['a', 'b', 'c'],
      list({ type: 'string' }, { maxItems: 2 }),
      fieldError('p', 'FieldValueTooMany', /Too many: 3: .*at most 2/),
    ],
    [
      'too small',
      4,
      { type: 'integer', minimum: 5 },
      fieldError('p', 'FieldValueInvalid', /: 4: .*greater than or equal to 5$/),
    ],
    [
      'too large',
      0.6,
      { type: 'number', maximum: 0.5 },
      fieldError('p', 'FieldValueInvalid', /: 0\.6: .*less than or equal to 0\.5$/),
    ],
    [
      'not matched by the pattern',
      'b',
      { type: 'string', pattern: '^a$', maxLength: 5 },
      fieldError('p', 'FieldValueInvalid', /"b": .*regular expression \^a\$$/),
    ],
  ])('%s', (_, value, schema, expected) => {
    expect(errorsOf(value, schema)).toEqual([expected]);
  });

  it('in an element has the path of the element', () => {
    expect(errorsOf(['a', 7, 'bb'], list({ type: 'string', maxLength: 1 }))).toEqual([
      fieldError('p[1]', 'FieldValueTypeInvalid', /: 7: must be a string/),
      fieldError('p[2]', 'FieldValueTooLong', /1 character/),
    ]);
  });

  it('in an element far down the list has the path of that element', () => {
    const long = new Array<unknown>(13).fill('a');
    expect(errorsOf([...long, 7], strings)).toMatchObject([{ path: 'p[13]' }]);
  });

  it('in many elements has at most ten mistakes reported', () => {
    expect(errorsOf(new Array(11).fill(7), strings)).toHaveLength(10);
    expect(errorsOf(new Array(11).fill('\0'), strings)).toHaveLength(10);
  });

  it('is not checked element by element if the list is too long', () => {
    expect(errorsOf([7, 7], list({ type: 'string' }, { maxItems: 1 }))).toMatchObject([
      { reason: 'FieldValueTooMany' },
    ]);
  });
});

describe('a value that no schema can allow', () => {
  it.each<[string, unknown, object, RegExp]>([
    ['a string with NUL', 'a\0b', { type: 'string' }, /"a\\u0000b": .*NUL/],
    ['half of a surrogate pair', 'a\ud83d', { type: 'string' }, /surrogate/],
    [
      'an integer that is not exact',
      2 ** 53,
      { type: 'integer' },
      /^Invalid value: is a number too great.*type string.*quotes/,
    ],
    [
      'a negative integer that is not exact',
      -(2 ** 53),
      { type: 'number' },
      /^Invalid value: is a number too great.*type string.*quotes/,
    ],
  ])('is %s', (_, value, schema, message) => {
    expect(errorsOf(value, schema)).toEqual([fieldError('p', 'FieldValueInvalid', message)]);
    expect(errorsOf([value], list(schema))).toEqual([fieldError('p[0]', 'FieldValueInvalid', message)]);
  });

  it('is a list in a list, which is reported once', () => {
    expect(errorsOf([['a\0']], strings)).toEqual([fieldError('p[0]', 'FieldValueTypeInvalid', /must be a string/)]);
  });
});

it('every string without NUL and without unpaired surrogates is valid if no schema restricts it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(text.isWellFormed() && !text.includes('\0'));
      expect(errorsOf(text)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
