import { describe, expect, it } from 'vitest';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import { parameterValues } from '../../../../core/parameters/values.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun, echoTemplate } from '../objects.ts';

type Run = Parameters<typeof echoRun>[0];

function resolved(parameters: Parameter[], given: unknown, more: Run = {}) {
  const run = echoRun({ ...more, parameters: given as Record<string, ParameterValue> });
  return parameterValues(compileTemplate({ ...echoTemplate(), parameters }), run);
}

function valuesOf(parameters: Parameter[], given: unknown): Record<string, ParameterValue> {
  const result = resolved(parameters, given);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return Object.fromEntries(result.values);
}

function errorsOf(parameters: Parameter[], given: unknown, more?: Run) {
  const result = resolved(parameters, given, more);
  return 'errors' in result ? result.errors : [];
}

const day: Parameter = { name: 'day' };

describe('the values of a run', () => {
  it('are required if the default is null, which is the same as absent', () => {
    const parameters = [{ ...day, default: null } as unknown as Parameter];
    expect(errorsOf(parameters, {})).toEqual([
      fieldError('spec.parameters[day]', 'FieldValueRequired', /^Required value: /),
    ]);
  });

  it.each<[string, Parameter[], unknown, Record<string, ParameterValue>]>([
    ['are empty if the template declares no parameters', [], undefined, {}],
    ['are empty if they are null', [], null, {}],
    ['are those that it gives', [day], { day: 'monday' }, { day: 'monday' }],
    ['are defaults for the rest', [{ ...day, default: 'monday' }], {}, { day: 'monday' }],
    ['are defaults if all are null', [{ ...day, default: 'monday' }], null, { day: 'monday' }],
    ['are defaults if one is null', [{ ...day, default: 'monday' }], { day: null }, { day: 'monday' }],
    ['are given ones before defaults', [{ ...day, default: 'monday' }], { day: '' }, { day: '' }],
    ['include a default of false', [{ name: 'b', schema: { type: 'boolean' }, default: false }], {}, { b: false }],
    ['include a default of zero', [{ name: 'i', schema: { type: 'integer' }, default: 0 }], {}, { i: 0 }],
    ['include an empty default', [{ ...day, default: '' }], {}, { day: '' }],
    ['may have a schema that is null', [{ ...day, schema: null } as unknown as Parameter], { day: 'x' }, { day: 'x' }],
  ])('%s', (_, parameters, given, expected) => {
    expect(valuesOf(parameters, given)).toEqual(expected);
  });

  it.each([['monday'], [['monday']], [7]])('are a map, which %j is not', (given) => {
    // It can contain the value of a secret parameter, so it is not quoted.
    expect(errorsOf([day], given)).toEqual([
      fieldError('spec.parameters', 'FieldValueTypeInvalid', /^Invalid value: must be a map/),
    ]);
  });

  it('match the schema', () => {
    const parameters: Parameter[] = [{ name: 'files', schema: { type: 'array', items: { type: 'string' } } }, day];
    expect(errorsOf(parameters, { files: ['a', 7], day: 7 })).toMatchObject([
      { path: 'spec.parameters[files][1]', reason: 'FieldValueTypeInvalid' },
      { path: 'spec.parameters[day]', reason: 'FieldValueTypeInvalid' },
    ]);
  });

  it('have all their mistakes reported together', () => {
    expect(errorsOf([day, { name: 'hour' }], { daay: 'x', hour: 7 })).toMatchObject([
      { path: 'spec.parameters[daay]', reason: 'FieldValueNotFound' },
      { path: 'spec.parameters[day]', reason: 'FieldValueRequired' },
      { path: 'spec.parameters[hour]', reason: 'FieldValueTypeInvalid' },
    ]);
  });
});

describe('a missing value', () => {
  const missing = (parameter: Partial<Parameter>, more?: Run) => errorsOf([{ ...day, ...parameter }], {}, more);
  const required = (message: RegExp) => [fieldError('spec.parameters[day]', 'FieldValueRequired', message)];

  it.each<[string, Partial<Parameter>, RegExp]>([
    ['names the template and the type', {}, /^Required value: JobTemplate "echo" .*type string$/],
    ['names the type of the schema', { schema: { type: 'integer' } }, /type integer$/],
    ['has the description', { description: ' Which day. \nMore.' }, /type string \(Which day\. \)$/],
    ['has no empty description', { description: '' }, /type string$/],
    ['has 200 characters of a description', { description: 'x'.repeat(200) }, /\(x{200}\)$/],
    ['has no more than 200 characters of a description', { description: 'x'.repeat(201) }, /\(x{197}\.\.\.\)$/],
    ['is missing even if a default is declared beside `required`', { required: true, default: 'a' }, /type string/],
  ])('%s', (_, parameter, message) => {
    expect(missing(parameter)).toEqual(required(message));
  });

  it('names a ClusterJobTemplate with its kind', () => {
    expect(missing({}, { templateKind: 'ClusterJobTemplate' })).toEqual(required(/ClusterJobTemplate "echo"/));
  });
});

describe('a value without a declared parameter', () => {
  const unknown = (name: string, declared: string[]) =>
    errorsOf(
      declared.map((one) => ({ name: one, default: '' })),
      { [name]: 'x' },
    );

  it.each<[string, string[], RegExp]>([
    ['if none is declared', [], /^Not found: "daay": JobTemplate "echo" declares no parameters$/],
    ['if a name is similar', ['hour', 'day'], /"daay": .*; did you mean "day"\? it declares "hour", "day"$/],
    ['if no name is similar', ['hour', 'minute'], /"daay": .*; it declares "hour", "minute"$/],
  ])('is refused %s', (_, declared, message) => {
    expect(unknown('daay', declared)).toEqual([fieldError('spec.parameters[daay]', 'FieldValueNotFound', message)]);
  });

  it('is refused once for each', () => {
    expect(errorsOf([], { a: 1, b: null, c: 2 })).toMatchObject([
      { path: 'spec.parameters[a]' },
      { path: 'spec.parameters[c]' },
    ]);
  });
});
