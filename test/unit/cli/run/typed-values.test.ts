import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import { describedParameter } from '../../../../cli/run/described-parameter.ts';
import { mistakeOfField } from '../../../../cli/run/flag-mistake.ts';
import { randomName } from '../../../../cli/run/random-name.ts';
import { typedValues } from '../../../../cli/run/typed-values.ts';
import { isObjectName } from '../../../../core/job/object-name.ts';

const DECLARED: Parameter[] = [
  { name: 'text' },
  { name: 'count', schema: { type: 'integer' } },
  { name: 'share', schema: { type: 'number' } },
  { name: 'dry', schema: { type: 'boolean' } },
  { name: 'names', schema: { type: 'array', items: { type: 'string' } } },
  { name: 'sizes', schema: { type: 'array', items: { type: 'integer' } } },
];
const typed = (...given: [string, string][]) =>
  typedValues(
    given.map(([name, text]) => ({ name, text })),
    DECLARED,
  );

describe('values of -p', () => {
  it.each([
    ['text', '3', '3'],
    ['text', 'true', 'true'],
    ['text', '', ''],
    ['count', '3', 3],
    ['count', '-3', -3],
    ['count', 'three', 'three'],
    ['count', '', ''],
    ['count', '0x10', '0x10'],
    ['share', '0.5', 0.5],
    ['share', '1e3', 1000],
    ['dry', 'true', true],
    ['dry', 'false', false],
    ['dry', 'yes', 'yes'],
    ['names', '["a","b"]', ['a', 'b']],
    ['names', 'a', ['a']],
    ['names', '[a', ['[a']],
    ['names', '3', ['3']],
    ['sizes', '[1,2]', [1, 2]],
    ['sizes', '3', [3]],
    ['unknown', '3', '3'],
  ])('of %s: %s has the declared type', (name, text, value) => {
    expect(typed([name, text])).toEqual({ values: { [name]: value }, mistakes: [] });
  });

  it('add an element each to a list', () => {
    expect(typed(['sizes', '1'], ['text', 'x'], ['sizes', '2']).values).toEqual({ sizes: [1, 2], text: 'x' });
  });

  it('cannot be repeated otherwise', () => {
    expect(typed(['text', 'a'], ['text', 'b']).mistakes).toEqual([
      { flag: '-p text', message: 'is set twice, and is not a list' },
    ]);
  });

  it('keep every text of a string parameter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typed(['text', text]).values).toEqual({ text });
      }),
    );
  });

  it('keep the names that objects have by themselves', () => {
    expect(Object.keys(typed(['__proto__', 'x']).values)).toEqual(['__proto__']);
  });
});

describe('the description of a parameter', () => {
  it.each<[string, Parameter]>([
    ['string, required', { name: 'x' }],
    [
      'How many days (integer, 1 to 30, default 7)',
      {
        name: 'x',
        description: 'How many days\nmore',
        schema: { type: 'integer', minimum: 1, maximum: 30 },
        default: 7,
      },
    ],
    ['string, one of "a", "b", default "a"', { name: 'x', schema: { type: 'string', enum: ['a', 'b'] }, default: 'a' }],
    [
      'list of integers, at least 1 elements, at most 9, required',
      { name: 'x', schema: { type: 'array', minItems: 1, items: { type: 'integer', maximum: 9 } } },
    ],
    [
      'string, at most 5 characters, default secret',
      { name: 'x', schema: { type: 'string', maxLength: 5 }, default: 'abc', secret: true },
    ],
  ])('%s', (text, parameter) => {
    expect(describedParameter(parameter)).toBe(text);
  });
});

describe('a mistake', () => {
  it.each([
    ['spec.parameters[count]', '-p count'],
    ['spec.parameters[names][0]', '-p names'],
    ['spec.args[0]', '-- ARGS'],
    ['spec.containers[main].env[0].name', '-e'],
    ['spec.env', '-e'],
    ['spec.containers[main].image', '--image'],
    ['spec.resources.limits.cpu', '--cpu'],
    ['spec.resources.requests[memory]', '--memory'],
    ['spec.containers[0].name', '--container'],
    ['spec.metadata.labels', '--label'],
    ['spec.templateRef', 'TEMPLATE'],
    ['spec.templateRevision', '--revision'],
    ['metadata.name', '--name'],
    ['spec.somethingElse', 'spec.somethingElse'],
  ])('at %s is one of %s', (path, flag) => {
    expect(mistakeOfField({ path, message: 'no' }, []).flag).toBe(flag);
  });

  it('in a parameter has its description and limits', () => {
    const declared: Parameter[] = [{ name: 'count', description: 'How many', schema: { type: 'integer', minimum: 1 } }];
    expect(mistakeOfField({ path: 'spec.parameters[count]', message: 'no' }, declared).message).toBe(
      'no\n    How many (integer, at least 1, required)',
    );
  });
});

describe('the name of a run', () => {
  it('begins as that of its template, is valid, and fits into a label', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([-.a-z0-9]{0,80}[a-z0-9])?$/).filter(isObjectName), (template) => {
        const name = randomName(template);
        expect(isObjectName(name)).toBe(true);
        expect(name.length).toBeLessThanOrEqual(63);
        expect(name.startsWith(template.slice(0, 1))).toBe(true);
      }),
    );
  });
});
