import { describe, expect, it } from 'vitest';
import { namedParameters, parameterDeclarationErrors } from '../../../../core/parameters/declarations.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { fieldError } from '../field-errors.ts';

const errorsOf = (parameters: unknown) => parameterDeclarationErrors(parameters, new SchemaCompiler());

describe('the declared parameters', () => {
  it.each([
    ['of a name alone', { name: 'day' }],
    ['with null for absent fields', { name: 'day', schema: null, default: null, required: null }],
    ['with a default and no schema', { name: 'day', default: 'monday' }],
    ['with a default of its type', { name: 'count', schema: { type: 'integer' }, default: 0 }],
    ['that are not required and have a default', { name: 'day', required: false, default: '' }],
    ['that are required', { name: 'day', required: true }],
  ])('can be %s', (_, parameter) => {
    expect(errorsOf([parameter])).toEqual([]);
  });

  it.each([['day'], [{}], [7], [null]])('are rejected if they are not a list: %j', (parameters) => {
    const value = JSON.stringify(parameters).replace(/[{}]/g, '\\$&');
    expect(errorsOf(parameters)).toEqual([
      fieldError('parameters', 'FieldValueTypeInvalid', new RegExp(`Invalid value: ${value}: .*list`)),
    ]);
  });

  it.each([
    ['day', /"day".*must be a parameter/],
    [7, /: 7: must be a parameter/],
    [null, /null.*must be a parameter/],
    [['day'], /\["day"\].*must be a parameter/],
  ])('are rejected if one is not an object: %j', (wrong, message) => {
    expect(errorsOf([{ name: 'a' }, wrong])).toEqual([fieldError('parameters[1]', 'FieldValueTypeInvalid', message)]);
  });

  it('report the mistakes of each parameter', () => {
    expect(errorsOf([{ name: '1' }, { name: 'a' }, { name: '2', schema: {} }])).toMatchObject([
      { path: 'parameters[0].name' },
      { path: 'parameters[2].name' },
      { path: 'parameters[2].schema.type' },
    ]);
  });
});

describe('the name of a parameter', () => {
  it.each(['a', '_', 'Day_of-week9', 'x'.repeat(63)])('can be %s', (name) => {
    expect(errorsOf([{ name }])).toEqual([]);
  });

  it.each([[undefined], [null], [''], [5]])('is required: %j is not a name', (name) => {
    expect(errorsOf([{ name }])).toEqual([
      fieldError('parameters[0].name', 'FieldValueRequired', /^Required value: .*name/),
    ]);
  });

  it.each(['1day', '-day', 'da.y', 'da y', 'd[*]', 'täglich'])('cannot be %j', (name) => {
    expect(errorsOf([{ name }])).toEqual([
      fieldError('parameters[0].name', 'FieldValueInvalid', /Invalid value: "[^"]*": .*letters, digits/),
    ]);
  });

  it('has at most 63 characters', () => {
    expect(errorsOf([{ name: 'x'.repeat(64) }])).toEqual([
      fieldError('parameters[0].name', 'FieldValueTooLong', /Too long: .*63/),
    ]);
  });

  it('occurs once; each repetition is a duplicate', () => {
    expect(errorsOf([{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'a' }])).toEqual([
      fieldError('parameters[2].name', 'FieldValueDuplicate', /Duplicate value: "a"/),
      fieldError('parameters[3].name', 'FieldValueDuplicate', /Duplicate value: "a"/),
    ]);
  });

  it('is reported as missing, not as a duplicate, if two parameters have none', () => {
    expect(errorsOf([{}, {}])).toMatchObject([{ reason: 'FieldValueRequired' }, { reason: 'FieldValueRequired' }]);
  });
});

describe('the default of a parameter', () => {
  it.each([
    ['without a schema, if it is not a string', { default: 5 }, /: 5: must be a string/],
    ['with a null schema, if it is not a string', { default: 5, schema: null }, /: 5: must be a string/],
    ['if it does not match the schema', { default: 'a', schema: { type: 'integer' } }, /"a".*whole number/],
  ])('is refused %s', (_, parameter, message) => {
    expect(errorsOf([{ name: 'x', ...parameter }])).toEqual([
      fieldError('parameters[0].default', 'FieldValueTypeInvalid', message),
    ]);
  });

  it('is not checked against an invalid schema', () => {
    expect(errorsOf([{ name: 'x', default: 5, schema: { type: 'strin' } }])).toMatchObject([
      { path: 'parameters[0].schema.type' },
    ]);
  });

  it.each([[undefined], [null]])('is needed if the parameter is not required: %j', (value) => {
    expect(errorsOf([{ name: 'x', required: false, default: value }])).toEqual([
      fieldError('parameters[0].default', 'FieldValueRequired', /Required value: .*not required.*default/),
    ]);
  });

  it('contradicts `required: true`, whatever else is wrong with it', () => {
    const contradiction = fieldError('parameters[0].required', 'FieldValueForbidden', /Forbidden: .*default/);
    expect(errorsOf([{ name: 'x', required: true, default: 'a' }])).toEqual([contradiction]);
    expect(errorsOf([{ name: 'x', required: true, default: 5 }])).toEqual([
      fieldError('parameters[0].default', 'FieldValueTypeInvalid', /5/),
      contradiction,
    ]);
  });
});

describe('the cost of all patterns', () => {
  const string = (name: string, maxLength: number) => ({
    name,
    schema: { type: 'string', pattern: '^[a-z]{100}$', maxLength },
  });

  it('is rejected beyond a bound, and the message names the parameter that exceeds it, and what to lower', () => {
    const three = ['a', 'b', 'c'].map((name) => string(name, 4096));
    expect(errorsOf([{ name: 'plain' }, { name: 'null', schema: null }, ...three])).toEqual([]);
    expect(errorsOf([{ name: 'plain' }, ...three, string('d', 4096)])).toEqual([
      fieldError('parameters[4].schema.pattern', 'FieldValueForbidden', /too long; lower maxLength, or/),
    ]);
  });

  it('counts all elements of a list', () => {
    const items = string('', 4096).schema;
    expect(errorsOf([{ name: 'list', schema: { type: 'array', maxItems: 4, items } }])).toEqual([
      fieldError('parameters[0].schema.items.pattern', 'FieldValueForbidden', /lower maxLength or maxItems/),
    ]);
  });

  it('is computed before any pattern is compiled: nothing else is checked', () => {
    const schemas = new SchemaCompiler();
    const bomb = { name: 'bomb', schema: { type: 'string', pattern: '.{0,1000}'.repeat(100), maxLength: 1 } };
    schemas.pattern = () => {
      throw new Error('a pattern was compiled');
    };
    expect(parameterDeclarationErrors([{ name: '1' }, bomb], schemas)).toMatchObject([
      { path: 'parameters[1].schema.pattern' },
    ]);
  });
});

describe('namedParameters', () => {
  it('are those with a name, whatever else is wrong with them', () => {
    const named = [{ name: 'a' }, { name: '1', schema: 7 }];
    expect(namedParameters([named[0], null, 'b', 7, { name: 7 }, {}, named[1]])).toEqual(named);
  });

  it.each([[undefined], [null], ['a'], [{ name: 'a' }]])('are none if they are not a list: %j', (parameters) => {
    expect(namedParameters(parameters)).toEqual([]);
  });
});
