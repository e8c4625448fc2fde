import { describe, expect, it } from 'vitest';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { parameterSchemaErrors } from '../../../../core/parameters/schema-errors.ts';
import { fieldError } from '../field-errors.ts';

const errorsOf = (schema: unknown) => parameterSchemaErrors(schema, 'schema', { schemas: new SchemaCompiler() });

/** A value for each keyword, and the types that allow the keyword. */
const KEYWORDS: Record<string, [value: unknown, types: string[]]> = {
  enum: [[], ['string', 'integer', 'number', 'boolean']],
  pattern: ['^a$', ['string']],
  minLength: [1, ['string']],
  maxLength: [1, ['string']],
  minimum: [1, ['integer', 'number']],
  maximum: [1, ['integer', 'number']],
  items: [{ type: 'string' }, ['array']],
  minItems: [1, ['array']],
  maxItems: [1, ['array']],
};
const TYPES = ['string', 'integer', 'number', 'boolean', 'array'];

/** What a schema of the type must have. */
const bare = (type: string): object => (type === 'array' ? { type, items: { type: 'string' } } : { type });

describe('the type', () => {
  it.each(TYPES)('can be %s', (type) => {
    expect(errorsOf(bare(type))).toEqual([]);
  });

  it.each([[undefined], [null]])('is required: %j', (type) => {
    expect(errorsOf({ type, pattern: 7 })).toEqual([
      fieldError('schema.type', 'FieldValueRequired', /^Required value: .*"string", "integer", .*"array"$/),
    ]);
  });

  it('is suggested if it is misspelled', () => {
    expect(errorsOf({ type: 'strng' })).toEqual([
      fieldError('schema.type', 'FieldValueNotSupported', /"strng": .*"boolean", "array"; did you mean "string"\?$/),
    ]);
  });

  it.each([
    ['null', /"null": supported values: "string", "integer", "number", "boolean", "array"$/],
    ['object', /"object": supported values: .*"array"$/],
    [7, /7: supported values: .*"array"$/],
    [['string'], /\["string"\]: supported values: .*"array"$/],
  ])('cannot be %j', (type, message) => {
    expect(errorsOf({ type })).toEqual([fieldError('schema.type', 'FieldValueNotSupported', message)]);
  });

  it.each([[null], ['string'], [7], [[]]])('is part of a schema, which %j is not', (schema) => {
    const value = JSON.stringify(schema).replace('[]', '\\[\\]');
    expect(errorsOf(schema)).toEqual([
      fieldError('schema', 'FieldValueTypeInvalid', new RegExp(`^Invalid value: ${value}: .*schema`)),
    ]);
  });
});

describe('a keyword', () => {
  const cases = Object.entries(KEYWORDS).flatMap(([keyword, [value, types]]) =>
    TYPES.map((type) => ({ keyword, value, types, type })),
  );

  it.each(cases.filter(({ types, type }) => types.includes(type)))('$keyword is allowed for $type', (row) => {
    const { keyword, value, type } = row;
    const bound = keyword === 'pattern' ? { maxLength: 5 } : {};
    expect(errorsOf({ ...bare(type), ...bound, [keyword]: value })).toEqual([]);
  });

  it.each(cases.filter(({ types, type }) => !types.includes(type)))('$keyword is not allowed for $type', (row) => {
    const { keyword, value, types, type } = row;
    expect(errorsOf({ ...bare(type), [keyword]: value })).toEqual([
      fieldError(
        `schema.${keyword}`,
        'FieldValueForbidden',
        new RegExp(`^Forbidden: .*${types.join(' or ')}.* type is ${type}${type === 'array' ? '; .*items' : '$'}`),
      ),
    ]);
    expect(errorsOf({ ...bare(type), [keyword]: null }), 'null is absent').toEqual([]);
  });

  it.each(['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'])('%s is a number', (keyword) => {
    const type = KEYWORDS[keyword]![1][0]!;
    expect(errorsOf({ ...bare(type), [keyword]: '5' })).toEqual([
      fieldError(`schema.${keyword}`, 'FieldValueTypeInvalid', /"5".*must be a number/),
    ]);
    expect(errorsOf({ ...bare(type), [keyword]: null }), 'null is absent').toEqual([]);
  });

  it('enum is a list', () => {
    expect(errorsOf({ type: 'string', enum: 'a' })).toEqual([
      fieldError('schema.enum', 'FieldValueTypeInvalid', /"a".*must be a list/),
    ]);
  });
});

describe('bounds', () => {
  it.each([
    ['equal', { type: 'integer', minimum: 2, maximum: 2 }],
    ['around zero', { type: 'number', minimum: -1, maximum: 0 }],
    ['with a whole number between them', { type: 'integer', minimum: 0.5, maximum: 1.5 }],
    ['with any number between them', { type: 'number', minimum: 1.2, maximum: 1.8 }],
    ['with a minimum alone', { type: 'integer', minimum: 5 }],
    ['with a maximum alone', { type: 'integer', maximum: -5 }],
    ['of lengths', { type: 'string', minLength: 2, maxLength: 3 }],
    ['of elements', { ...bare('array'), minItems: 0, maxItems: 0 }],
  ])('can be %s', (_, schema) => {
    expect(errorsOf(schema)).toEqual([]);
  });

  it.each([
    ['minimum', { type: 'integer', minimum: 2, maximum: 1 }, /: 2: no value .*maximum.* 1$/],
    ['minimum', { type: 'number', minimum: 0.5, maximum: 0 }, /: 0\.5: no value .*maximum.* 0$/],
    ['minimum', { type: 'number', minimum: 0, maximum: -1 }, /: 0: no value .*maximum.* -1$/],
    ['minimum', { type: 'integer', minimum: 1.2, maximum: 1.8 }, /: 1\.2: no whole number .*maximum.* 1\.8$/],
    ['minLength', { type: 'string', minLength: 4, maxLength: 3 }, /: 4: no value .*maxLength.* 3$/],
    ['minItems', { ...bare('array'), minItems: 1, maxItems: 0 }, /: 1: no value .*maxItems.* 0$/],
  ])('are rejected at %s if no value is between them: %j', (keyword, schema, message) => {
    expect(errorsOf(schema)).toEqual([fieldError(`schema.${keyword}`, 'FieldValueInvalid', message)]);
  });
});

describe('a pattern', () => {
  const withPattern = (pattern: unknown, maxLength: unknown = 10) => errorsOf({ type: 'string', pattern, maxLength });

  it('needs a bounded string', () => {
    expect(withPattern('^a$', 4096)).toEqual([]);
    expect(withPattern('^a$', 4097)).toEqual([
      fieldError('schema.maxLength', 'FieldValueInvalid', /: 4097: .*at most 4096/),
    ]);
    expect(withPattern('^a$', null)).toEqual([
      fieldError('schema.maxLength', 'FieldValueRequired', /maxLength.*at most 4096/),
    ]);
    expect(errorsOf({ type: 'string', pattern: '^a$' })).toMatchObject([{ reason: 'FieldValueRequired' }]);
  });

  it('is a string', () => {
    expect(withPattern(7, null)).toEqual([
      fieldError('schema.pattern', 'FieldValueTypeInvalid', /: 7: .*must be a string/),
    ]);
  });

  it.each(['(?=a)', '(?!a)', '(?<=a)', '(a)\\1'])('cannot be %s, which RE2 does not support', (pattern) => {
    const message = /not a regular expression of RE2: .+; RE2 has no look-around and no back-references/;
    expect(withPattern(pattern)).toEqual([fieldError('schema.pattern', 'FieldValueInvalid', message)]);
  });

  it.each(['a(', 'a{2000}', '[z-a]'])("cannot be %s, for RE2's reason", (pattern) => {
    const quoted = JSON.stringify(pattern).replace(/[[({})\]]/g, '\\$&');
    const message = new RegExp(`: ${quoted}: not a regular expression of RE2: [^;]+$`);
    expect(withPattern(pattern)).toEqual([fieldError('schema.pattern', 'FieldValueInvalid', message)]);
  });

  it('has both its mistakes reported together', () => {
    expect(errorsOf({ type: 'string', pattern: '(' })).toMatchObject([
      { path: 'schema.pattern' },
      { path: 'schema.maxLength' },
    ]);
  });
});

describe('items', () => {
  const pattern = { type: 'string', pattern: '^a$', maxLength: 5 };

  it.each([[undefined], [null]])('are required: %j', (items) => {
    expect(errorsOf({ type: 'array', items })).toEqual([
      fieldError('schema.items', 'FieldValueRequired', /Required value: .*elements/),
    ]);
  });

  it('have a scalar type', () => {
    expect(errorsOf({ type: 'array', items: { type: 'array' } })).toEqual([
      fieldError(
        'schema.items.type',
        'FieldValueNotSupported',
        /"array": supported values: "string", "integer", "number", "boolean"$/,
      ),
    ]);
  });

  it('are checked like any schema', () => {
    expect(errorsOf({ type: 'array', maxItems: 1, items: { type: 'string', pattern: '(', minimum: 1 } })).toMatchObject(
      [{ path: 'schema.items.minimum' }, { path: 'schema.items.pattern' }, { path: 'schema.items.maxLength' }],
    );
    expect(errorsOf({ type: 'array', items: { type: 'integer', enum: ['a'] } })).toMatchObject([
      { path: 'schema.items.enum[0]', reason: 'FieldValueTypeInvalid' },
    ]);
  });

  it('with a pattern need a bounded list', () => {
    expect(errorsOf({ type: 'array', items: pattern, maxItems: 3 })).toEqual([]);
    expect(errorsOf({ type: 'array', items: pattern })).toEqual([
      fieldError('schema.maxItems', 'FieldValueRequired', /Required value: .*pattern/),
    ]);
  });

  it('with an invalid pattern have only that reported', () => {
    expect(errorsOf({ type: 'array', items: { type: 'string', pattern: '^a$' } })).toMatchObject([
      { path: 'schema.items.maxLength' },
    ]);
  });
});

describe('the values of an enum', () => {
  it('are values that a run can give', () => {
    expect(errorsOf({ type: 'string', enum: ['a', 'bb', 7], maxLength: 1 })).toEqual([
      fieldError('schema.enum[1]', 'FieldValueTooLong', /1 character/),
      fieldError('schema.enum[2]', 'FieldValueTypeInvalid', /: 7: .*string/),
    ]);
  });

  it('occur once', () => {
    expect(errorsOf({ type: 'integer', enum: [1, 2, 1, 1] })).toEqual([
      fieldError('schema.enum[2]', 'FieldValueDuplicate', /Duplicate value: 1/),
      fieldError('schema.enum[3]', 'FieldValueDuplicate', /Duplicate value: 1/),
    ]);
  });

  it('are checked only if the rest of the schema is valid', () => {
    expect(errorsOf({ type: 'integer', minimum: 'a', enum: ['b'] })).toMatchObject([{ path: 'schema.minimum' }]);
  });
});
