import { expect, it } from 'vitest';
import type { ParameterSchema } from '../../../../api/parameter.ts';
import {
  fieldType,
  SCHEMA_OF_SPEC,
  schemaOfElements,
  schemaOfField,
  typedValue,
  whyNoText,
  whyUnfit,
  type FieldType,
} from '../../../../core/template/field-type.ts';

const typeAt = (path: string): FieldType | undefined => {
  const schema = path
    .split('.')
    .reduce<ReturnType<typeof schemaOfField>>(
      (here, name) => (name === '[]' ? schemaOfElements(here) : schemaOfField(here, name)),
      SCHEMA_OF_SPEC,
    );
  return fieldType(schema);
};

const CONTAINER = 'template.spec.containers.[]';

it.each<[string, FieldType | undefined]>([
  ['parallelism', 'integer'],
  ['suspend', 'boolean'],
  ['template.spec.automountServiceAccountToken', 'boolean'],
  ['template.spec.securityContext.runAsUser', 'integer'],
  ['template.spec.securityContext.supplementalGroups.[]', 'integer'],
  ['template.spec.tolerations.[].tolerationSeconds', 'integer'],
  [`${CONTAINER}.ports.[].containerPort`, 'integer'],
  [`${CONTAINER}.readinessProbe.httpGet.port`, 'int-or-string'],
  [`${CONTAINER}.livenessProbe.failureThreshold`, 'integer'],
  [`${CONTAINER}.securityContext.readOnlyRootFilesystem`, 'boolean'],
  [`${CONTAINER}.resources.limits.cpu`, 'quantity'],
  ['template.spec.volumes.[].emptyDir.sizeLimit', 'quantity'],
  [`${CONTAINER}.image`, undefined],
  [`${CONTAINER}.args.[]`, undefined],
  [`${CONTAINER}.env.[].value`, undefined],
  ['template.metadata.labels.team', undefined],
  ['template.spec.__proto__', undefined],
  ['template.spec.notInKubernetes.port', undefined],
  ['parallelism.x', undefined],
])('Kubernetes takes at spec.%s: %s', (path, type) => {
  expect(typeAt(path)).toBe(type);
});

it.each<[FieldType, ParameterSchema['type'] | undefined, string | undefined]>([
  ['integer', 'integer', undefined],
  [
    'integer',
    'number',
    'the field takes a whole number, and parameter "x" is of type number; declare schema.type: integer',
  ],
  [
    'integer',
    undefined,
    'the field takes a whole number, and parameter "x" is of type string; declare schema.type: integer',
  ],
  ['boolean', 'boolean', undefined],
  [
    'boolean',
    'string',
    'the field takes true or false, and parameter "x" is of type string; declare schema.type: boolean',
  ],
  ['int-or-string', 'integer', undefined],
  ['int-or-string', undefined, undefined],
  [
    'int-or-string',
    'number',
    'the field takes a whole number or a name, and parameter "x" is of type number; declare schema.type: integer',
  ],
  ['quantity', undefined, undefined],
  ['quantity', 'number', undefined],
  [
    'quantity',
    'boolean',
    'the field takes a quantity, and parameter "x" is of type boolean; declare schema.type: string',
  ],
])('a field of type %s with a parameter of type %s: %s', (field, type, why) => {
  expect(whyUnfit(field, 'x', type && { type })).toBe(why);
});

it.each<[FieldType, 'number' | 'text', string | undefined]>([
  ['integer', 'number', 'the field takes a whole number, and this is text; write $(params.x) alone'],
  ['integer', 'text', 'the field takes a whole number, and this is text; write $(params.x) alone'],
  ['boolean', 'text', 'the field takes true or false, and this is text; write $(params.x) alone'],
  ['int-or-string', 'number', 'the field takes a whole number or a name, and this is text; write $(params.x) alone'],
  ['int-or-string', 'text', undefined],
  ['quantity', 'number', undefined],
  ['quantity', 'text', undefined],
])('text around a placeholder in a field of type %s, always a %s: %s', (field, text, why) => {
  expect(whyNoText(field, '$(params.x)', text)).toBe(why);
});

it.each<[FieldType | undefined, number | boolean | string | string[] | undefined, number | boolean | undefined]>([
  ['integer', 7, 7],
  ['integer', 0, 0],
  ['int-or-string', 7, 7],
  ['int-or-string', 'http', undefined],
  ['quantity', 0.5, 0.5],
  ['boolean', false, false],
  ['boolean', 7, undefined],
  ['integer', true, undefined],
  [undefined, 7, undefined],
  [undefined, true, undefined],
  ['integer', ['7'], undefined],
  ['integer', undefined, undefined],
])('in a field of type %s, the value %j is inserted as %j', (field, value, expected) => {
  expect(typedValue(field, value)).toBe(expected);
});
