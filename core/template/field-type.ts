import { INT_OR_STRING, JOB_SPEC, QUANTITY, resolved } from '../../api/kubernetes/definitions.ts';
import { refTo, type JsonSchema } from '../../api/kubernetes/json-schema.ts';
import type { ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';

/** What Kubernetes takes in a field that is not text only. */
export type FieldType = 'integer' | 'boolean' | 'int-or-string' | 'quantity';

const BY_REFERENCE: Readonly<Record<string, FieldType>> = {
  [refTo(INT_OR_STRING)]: 'int-or-string',
  [refTo(QUANTITY)]: 'quantity',
};

/** Kubernetes' schema of `spec`. */
export const SCHEMA_OF_SPEC: JsonSchema = { $ref: refTo(JOB_SPEC) };

/** The schema of a field of an object, or of the elements of a list; `undefined` if Kubernetes' schema has none. */
export function schemaOfField(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const { properties = {}, additionalProperties } = resolved(schema ?? {});
  return Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
}

export function schemaOfElements(schema: JsonSchema | undefined): JsonSchema | undefined {
  return resolved(schema ?? {}).items;
}

/** `undefined`: text, an object or a list, or a field that is not in Kubernetes' schema. */
export function fieldType(schema: JsonSchema | undefined): FieldType | undefined {
  const known = BY_REFERENCE[schema?.$ref ?? ''];
  if (known !== undefined) return known;
  const { type } = resolved(schema ?? {});
  return type === 'integer' || type === 'boolean' ? type : undefined;
}

/** The parameter types whose values can be the whole value of a field. */
const FITTING: Record<FieldType, readonly ParameterSchema['type'][]> = {
  integer: ['integer'],
  boolean: ['boolean'],
  'int-or-string': ['integer', 'string', 'boolean'],
  quantity: ['string', 'integer', 'number'],
};

const WANTED: Record<FieldType, string> = {
  integer: 'a whole number',
  boolean: 'true or false',
  'int-or-string': 'a whole number or a name',
  quantity: 'a quantity',
};

/** Why a parameter of this schema cannot be the whole value of a field; `undefined` if it can. */
export function whyUnfit(field: FieldType, name: string, schema: ParameterSchema | undefined): string | undefined {
  const type = schema?.type ?? 'string';
  const [first = 'string'] = FITTING[field];
  if (FITTING[field].includes(type)) return undefined;
  return `the field takes ${WANTED[field]}, and parameter "${name}" is of type ${type}; declare schema.type: ${first}`;
}

/**
 * Why text with a placeholder in it cannot be the value of a field; `undefined` if it can.
 * @param text whether the text is always a number, which no port can be called
 */
export function whyNoText(field: FieldType, placeholder: string, text: 'number' | 'text'): string | undefined {
  const isWrong = field === 'integer' || field === 'boolean' || (field === 'int-or-string' && text === 'number');
  return isWrong ? `the field takes ${WANTED[field]}, and this is text; write ${placeholder} alone` : undefined;
}

/** The value as a number or a boolean, where the field takes one; `undefined` if it is inserted as text. */
export function typedValue(
  field: FieldType | undefined,
  value: ScalarValue | ParameterValue | undefined,
): number | boolean | undefined {
  if (typeof value === 'number' && field !== undefined && field !== 'boolean') return value;
  return typeof value === 'boolean' && field === 'boolean' ? value : undefined;
}
