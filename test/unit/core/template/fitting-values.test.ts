import { describe, expect, it } from 'vitest';
import type { ParameterSchema } from '../../../../api/parameter.ts';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { compileTemplate, type CompiledTemplate } from '../../../../core/template/compile.ts';
import { isAboutOtherFields, parameterThatNeverFits } from '../../../../core/template/fitting-values.ts';
import { echoTemplate } from '../objects.ts';

const IMAGE = 'spec.template.spec.containers[0].image';

/** A template in which parameter `x` is in the image. The messages below are those of other fields, which are the same to it. */
const compiled = (
  schema: ParameterSchema | undefined,
  image = '$(params.x)',
  others: string[] = [],
): CompiledTemplate =>
  compileTemplate({
    ...echoTemplate({ template: { spec: { containers: [{ name: 'echo', image, args: ['$(params.list[*])'] }] } } }),
    parameters: [
      { name: 'x', ...(schema && { schema }) },
      { name: 'list', schema: { type: 'array', items: { type: 'integer', minimum: 70_000 } } },
      ...others.map((name) => ({ name })),
    ],
  });

const invalid = (message: string, path = IMAGE): FieldError => ({ path, reason: 'FieldValueInvalid', message });
const unsupported: FieldError = {
  path: IMAGE,
  reason: 'FieldValueNotSupported',
  message: 'Unsupported value: "1": supported values: "Always", "IfNotPresent", "Never"',
};
const PORT = invalid('Invalid value: 70000: must be between 1 and 65535, inclusive');
const WEIGHT = invalid('Invalid value: 0: must be in the range 1-100');
const MODE = invalid('Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive');
const NOT_NEGATIVE = invalid('Invalid value: -1: must be greater than or equal to 0');
const POSITIVE = invalid('Invalid value: 0: must be greater than 0');
const WIDE = invalid('Invalid value: number 3000000000, where int32 is expected');
const OTHER = invalid('Invalid value: 7: must be 1');

const integer = (rules: Partial<ParameterSchema> = {}): ParameterSchema => ({ type: 'integer', ...rules });
const text = (rules: Partial<ParameterSchema> = {}): ParameterSchema => ({ type: 'string', ...rules });

describe('every value of the parameter is wrong', () => {
  it.each<[string, FieldError, ParameterSchema]>([
    ['a boolean among texts', unsupported, { type: 'boolean' }],
    ['a number among texts', unsupported, integer()],
    ['a fraction among texts', unsupported, { type: 'number' }],
    ['an enum of others', unsupported, text({ enum: ['always', 'never'] })],
    ['a pattern of others', unsupported, text({ pattern: '^[a-z]+$', maxLength: 99 })],
    ['a text that is too short', unsupported, text({ maxLength: 4 })],
    ['a number above a port', PORT, integer({ minimum: 65_536 })],
    ['a number below a port', PORT, integer({ maximum: 0 })],
    ['an enum without a port', PORT, integer({ enum: [0, 70_000, -1] })],
    ['an interval without a whole number in the range', WEIGHT, integer({ minimum: 100.5, maximum: 200 })],
    ['a mode with more than nine bits', MODE, integer({ minimum: 512 })],
    ['only negative numbers', NOT_NEGATIVE, integer({ maximum: -1 })],
    ['only negative fractions', NOT_NEGATIVE, { type: 'number', maximum: -0.5 }],
    ['zero', POSITIVE, integer({ minimum: 0, maximum: 0 })],
    ['a number of more than 32 bits', WIDE, integer({ minimum: 2_147_483_648 })],
  ])('%s', (_, error, schema) => {
    expect(parameterThatNeverFits(compiled(schema), error)).toBe('x');
  });
});

describe('a value of the parameter may be right', () => {
  it.each<[string, FieldError, ParameterSchema | undefined, string?]>([
    ['any text among texts', unsupported, undefined],
    ['an enum with one of them', unsupported, text({ enum: ['always', 'Never'] })],
    ['a pattern that matches one', unsupported, text({ pattern: '^[A-Z]', maxLength: 99 })],
    [
      'a boolean that is meant as text',
      { ...unsupported, message: '…: supported values: "true"' },
      { type: 'boolean' },
    ],
    ['a number that is meant as text', { ...unsupported, message: '…: supported values: "2"' }, integer()],
    ['no text is listed', { ...unsupported, message: '…: supported values: ' }, integer()],
    ['the message has no list', { ...unsupported, message: 'Unsupported value: "1"' }, integer()],
    ['any number', PORT, integer()],
    ['numbers from below to above', PORT, integer({ minimum: -5, maximum: 70_000 })],
    ['the first port', PORT, integer({ maximum: 1 })],
    ['the last port', PORT, integer({ minimum: 65_535 })],
    ['an enum with a port', PORT, integer({ enum: [0, 80] })],
    ['text, which may be a name', PORT, undefined],
    ['an interval with a number in the range', WEIGHT, integer({ minimum: 99.5, maximum: 200 })],
    ['a mode with nine bits', MODE, integer({ minimum: 511 })],
    ['zero where it is allowed', NOT_NEGATIVE, integer({ maximum: 0 })],
    ['one where zero is not', POSITIVE, integer({ maximum: 1 })],
    ['the greatest number of 32 bits', WIDE, integer({ minimum: 2_147_483_647 })],
    ['a message with other rules', OTHER, integer({ enum: [7] })],
    ['a bound that is another field', invalid('must be less than or equal to completions'), integer({ minimum: 9 })],
    ['text around the placeholder', PORT, integer({ minimum: 70_000 }), '1$(params.x)'],
    ['another field', invalid(PORT.message, 'spec.backoffLimit'), integer({ minimum: 70_000 })],
    ['a list', invalid(PORT.message, 'spec.template.spec.containers[0].args[0]'), integer()],
  ])('%s', (_, error, schema, image) => {
    expect(parameterThatNeverFits(compiled(schema, image), error)).toBeUndefined();
  });
});

describe('an error is about other fields too', () => {
  const RELATION = invalid('Invalid value: 5: must be less than or equal to completions');

  it.each<[string, FieldError, boolean]>([
    ['if its message names one', RELATION, true],
    ['but not if its message does not', PORT, false],
  ])('%s', (_, error, expected) => {
    expect(isAboutOtherFields(compiled(integer(), '$(params.x)', ['other']), error)).toBe(expected);
  });

  it('but not if a run can change no other field', () => {
    const template = compileTemplate({
      ...echoTemplate({ template: { spec: { containers: [{ name: 'echo', image: '$(params.x)' }] } } }),
      parameters: [{ name: 'x' }],
    });
    expect(isAboutOtherFields(template, RELATION)).toBe(false);
  });
});
