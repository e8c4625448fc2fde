import { describe, expect, it } from 'vitest';
import type { Parameter, ParameterSchema, ParameterValue } from '../../../../api/parameter.ts';
import { sampleParameters, type Samples } from '../../../../core/parameters/samples.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoTemplate } from '../objects.ts';

function samplesOf(...parameters: Parameter[]): Samples {
  const template = compileTemplate({ ...echoTemplate(), parameters });
  expect(template.errors).toEqual([]);
  return sampleParameters(template);
}

const DIGITS = { type: 'string', pattern: '^[0-9]+$', maxLength: 20 } as const;
const listOf = (items: NonNullable<ParameterSchema['items']>, limits: object = {}): ParameterSchema => ({
  type: 'array',
  items,
  ...limits,
});

describe('the sample of a parameter', () => {
  it.each<[string, Omit<Parameter, 'name'>, ParameterValue]>([
    ['is its default', { default: 'c', schema: { type: 'string', enum: ['a', 'b', 'c'], examples: ['b'] } }, 'c'],
    ['is its default, even if that is false', { default: false, schema: { type: 'boolean', examples: [true] } }, false],
    ['is else its first example', { schema: { type: 'string', enum: ['a', 'b', 'c'], examples: ['b', 'c'] } }, 'b'],
    ['is else the first value of its enum', { schema: { type: 'string', enum: ['a', 'b'] } }, 'a'],
    ['is an example that matches its pattern', { schema: { ...DIGITS, examples: ['7'] } }, '7'],
    ['is a value of the enum that matches its pattern', { schema: { ...DIGITS, enum: ['8', '9'] } }, '8'],
    ['is a string without a schema', {}, 'sample'],
    ['is a string', { schema: { type: 'string' } }, 'sample'],
    ['is a boolean', { schema: { type: 'boolean' } }, false],
    ['is an integer', { schema: { type: 'integer' } }, 1],
    ['is a number', { schema: { type: 'number' } }, 1],
    ['is a list of one element', { schema: listOf({ type: 'string' }) }, ['sample']],
    ['is a list of a value of the enum', { schema: listOf({ type: 'string', enum: ['a', 'b'] }) }, ['a']],
    [
      'is an example of the whole list',
      { schema: listOf(DIGITS, { maxItems: 9, examples: [['1', '2']] }) },
      ['1', '2'],
    ],
    ['is an empty list if no element is known', { schema: listOf(DIGITS, { maxItems: 9 }) }, []],
  ])('%s', (_sentence, parameter, value) => {
    expect(samplesOf({ name: 'a', ...parameter })).toEqual({ values: { a: value }, missing: [] });
  });
});

describe('the sample is within the limits of the schema', () => {
  it.each<[string, ParameterSchema, ParameterValue]>([
    ['a minimum', { type: 'integer', minimum: 4.5 }, 5],
    ['a maximum', { type: 'integer', maximum: -4.5 }, -5],
    ['a fractional minimum', { type: 'number', minimum: 1.5 }, 1.5],
    ['a fractional maximum', { type: 'number', maximum: -0.5 }, -0.5],
    ['a minLength', { type: 'string', minLength: 8 }, 'samplexx'],
    ['a maxLength', { type: 'string', maxLength: 2 }, 'sa'],
    ['the longest sample', { type: 'string', minLength: 4096 }, 'sample'.padEnd(4096, 'x')],
    ['a minItems', listOf({ type: 'boolean' }, { minItems: 2 }), [false, false]],
    ['a maxItems of 0', listOf({ type: 'boolean' }, { maxItems: 0 }), []],
    ['a limit of the elements', listOf({ type: 'integer', minimum: 3 }), [3]],
    ['the longest list', listOf({ type: 'integer' }, { minItems: 4096 }), new Array<number>(4096).fill(1)],
  ])('%s', (_limit, schema, value) => {
    expect(samplesOf({ name: 'a', schema })).toEqual({ values: { a: value }, missing: [] });
  });
});

describe('there is no sample', () => {
  it.each<[string, ParameterSchema]>([
    ['for a pattern', DIGITS],
    ['for a pattern, even if a simple value matches it', { ...DIGITS, pattern: '^[a-z]+$' }],
    ['for a list that needs an element with a pattern', listOf(DIGITS, { minItems: 1, maxItems: 9 })],
    ['for a string that must be longer than 4096 characters', { type: 'string', minLength: 4097 }],
    [
      'for a list that must have more than 16384 characters',
      listOf({ type: 'string', enum: ['x'.repeat(200)] }, { minItems: 100 }),
    ],
    ['for a list that must have more than 4096 elements', listOf({ type: 'integer' }, { minItems: 4097 })],
  ])('%s', (_sentence, schema) => {
    expect(samplesOf({ name: 'a', schema })).toEqual({ values: {}, missing: ['a'] });
  });
});

it('each parameter has a sample or is missing', () => {
  const parameters = [{ name: 'a' }, { name: 'b', schema: DIGITS }, { name: 'c', default: 'd' }];
  expect(samplesOf(...parameters)).toEqual({ values: { a: 'sample', c: 'd' }, missing: ['b'] });
});
