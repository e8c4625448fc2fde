import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../../api/kubernetes/json-schema.ts';
import { formatFieldError } from '../../../../core/errors/field-error.ts';
import { unknownFieldErrors } from '../../../../core/errors/unknown-fields.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    list: { type: 'array', items: { type: 'object', properties: { args: {}, env: {} } } },
    map: { type: 'object', additionalProperties: { type: 'string' } },
    any: {},
    kubernetes: { $ref: '#/definitions/io.k8s.api.core.v1.EnvVar' },
  },
};
const errors = (value: unknown) => unknownFieldErrors(SCHEMA, value).map(formatFieldError);

describe('unknown fields', () => {
  it.each<[string, unknown, string[]]>([
    ['at the root, with a near name', { nam: 'x' }, ['nam: unknown field "nam"; did you mean "name"?']],
    [
      'in an element of a list, without a near name',
      { list: [{}, { zzzzzz: 1 }] },
      ['list[1].zzzzzz: unknown field "zzzzzz"; the fields here are "args", "env"'],
    ],
    ['in another case of letters', { Name: 1 }, ['Name: unknown field "Name"; did you mean "name"?']],
    ['that are null', { nam: null }, ['nam: unknown field "nam"; did you mean "name"?']],
    [
      'with the name of a method of every object',
      JSON.parse('{"__proto__": 1, "constructor": 1}'),
      [
        'constructor: unknown field "constructor"; the fields here are "name", "list", "map", "any", "kubernetes"',
        '__proto__: unknown field "__proto__"; the fields here are "name", "list", "map", "any", "kubernetes"',
      ].reverse(),
    ],
  ])('are reported %s', (_, value, expected) => {
    expect(errors(value)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['in a map of any keys', { map: { x: '1' } }],
    ['in a field of any value', { any: { x: 1 } }],
    ["in Kubernetes' own objects", { kubernetes: { x: 1 } }],
    ['in a value of another type', 'text'],
    ['in a list in place of an object', [{ x: 1 }]],
    ['in null', null],
    ['in an object in place of a list', { list: { x: 1 } }],
  ])('are not reported %s', (_, value) => {
    expect(errors(value)).toEqual([]);
  });

  it('are reported fifty at most', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1]));
    expect(errors(many)).toHaveLength(50);
    expect(errors({ list: [many, many] })).toHaveLength(50);
  });
});
