import { definition } from '../api/kubernetes/definitions.ts';
import type { JsonSchema } from '../api/kubernetes/json-schema.ts';
import { mapSchemas, refTarget } from '../api/kubernetes/json-schema.ts';

const resolve = (schema: JsonSchema, trail: string[]): [JsonSchema, string[]] => {
  if (schema.$ref === undefined) return [schema, trail];
  const name = refTarget(schema.$ref);
  if (trail.includes(name)) throw new Error(`definition ${name} contains itself; a CRD does not support this`);
  const merged = { ...definition(name), ...schema };
  delete merged.$ref;
  return [merged, [...trail, name]];
};

/**
 * The schema as a CRD needs it (a "structural schema"): every `$ref` is expanded.
 *
 * A `pattern` of a field with CEL rules is left out. The rules check the same, and their messages are easier to read than
 * a regular expression.
 */
export const structuralSchema = (schema: JsonSchema, trail: string[] = []): JsonSchema => {
  const [resolved, path] = resolve(schema, trail);
  const child = (value: JsonSchema): JsonSchema => structuralSchema(value, path);
  const { pattern, properties, items, additionalProperties, ...rest } = resolved;
  return {
    ...rest,
    ...(pattern === undefined || resolved['x-kubernetes-validations'] !== undefined ? {} : { pattern }),
    ...(items === undefined ? {} : { items: child(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: child(additionalProperties) }),
    ...(properties === undefined ? {} : { properties: mapSchemas(properties, child) }),
  };
};
