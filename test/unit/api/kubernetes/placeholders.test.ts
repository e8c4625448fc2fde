import { expect, test } from 'vitest';
import { jsonSchemaWithPlaceholders, structuralWithPlaceholders } from '../../../../api/kubernetes/placeholders.ts';
import type { JsonSchema } from '../../../../api/kubernetes/json-schema.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  required: ['count'],
  properties: {
    count: { type: 'integer', format: 'int32', description: 'How many.' },
    name: { type: 'string' },
    flags: { type: 'array', items: { type: 'boolean' } },
    ports: { type: 'object', additionalProperties: { type: 'integer' } },
    other: { $ref: '#/definitions/other' },
  },
};

test('a structural schema has no type where a placeholder may be', () => {
  const schema = structuralWithPlaceholders(SCHEMA);
  const count = schema.properties?.['count'];
  expect(count).toMatchObject({ 'x-kubernetes-int-or-string': true, description: 'How many.' });
  expect(count).not.toHaveProperty('type');
  expect(count).not.toHaveProperty('format');
  expect(schema.properties?.['flags']?.items).toMatchObject({ 'x-kubernetes-preserve-unknown-fields': true });
  expect(schema.properties?.['ports']?.additionalProperties).toMatchObject({ 'x-kubernetes-int-or-string': true });
});

test('JSON Schema has both types where a placeholder may be', () => {
  const schema = jsonSchemaWithPlaceholders(SCHEMA);
  expect(schema.properties?.['count']).toMatchObject({ type: ['integer', 'string'] });
  expect(schema.properties?.['flags']?.items).toMatchObject({ type: ['boolean', 'string'] });
});

test.each([structuralWithPlaceholders, jsonSchemaWithPlaceholders])('the rest of a schema is unchanged', (change) => {
  const { name, other } = change(SCHEMA).properties ?? {};
  expect({ name, other }).toEqual({ name: { type: 'string' }, other: { $ref: '#/definitions/other' } });
  expect(change(SCHEMA)).toMatchObject({ type: 'object', required: ['count'] });
});

test.each([
  ['$(params.x)', true],
  ['$(params.files[*])', true],
  ['3', false],
  ['a$(params.x)', false],
  ['$(params.x)$(params.y)', false],
  ['$$(params.x)', false],
  ['$(HOME)', false],
  ['', false],
])('%j is a whole placeholder: %s', (text, expected) => {
  const { pattern = '' } = structuralWithPlaceholders({ type: 'integer' });
  expect(new RegExp(pattern).test(text)).toBe(expected);
});
