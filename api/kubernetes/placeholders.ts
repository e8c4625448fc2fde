/**
 * Kubernetes' schemas as a template needs them: where a Job takes a number or a boolean, a template may contain a
 * placeholder, which is a string. Its value becomes a number or a boolean when the Job is rendered.
 */
import type { JsonSchema } from './json-schema.ts';
import { mapSchemas } from './json-schema.ts';

/** A placeholder and nothing else. It is short, because a CRD has it 250 times; the webhook checks the name. */
const WHOLE_PLACEHOLDER = String.raw`^\$\(params\.[^()]+\)$`;

/** What a structural schema says instead of a scalar type. It cannot name two types. */
const STRUCTURAL: Record<string, JsonSchema> = {
  integer: { 'x-kubernetes-int-or-string': true, pattern: WHOLE_PLACEHOLDER },
  boolean: { 'x-kubernetes-preserve-unknown-fields': true, pattern: WHOLE_PLACEHOLDER },
};

/** The structural schema, all `$ref`s expanded, with placeholders in place of numbers and booleans. */
export const structuralWithPlaceholders = (schema: JsonSchema): JsonSchema =>
  mapScalars(schema, ({ type = '' }) => STRUCTURAL[String(type)]);

/** JSON Schema with placeholders in place of numbers and booleans. `$ref`s are not followed. */
export const jsonSchemaWithPlaceholders = (schema: JsonSchema): JsonSchema =>
  mapScalars(schema, ({ type = '' }) =>
    Object.hasOwn(STRUCTURAL, String(type))
      ? { type: [String(type), 'string'], pattern: WHOLE_PLACEHOLDER }
      : undefined,
  );

const mapScalars = (schema: JsonSchema, replacement: (scalar: JsonSchema) => JsonSchema | undefined): JsonSchema => {
  const replaced = replacement(schema);
  if (replaced !== undefined) {
    return { ...(schema.description === undefined ? {} : { description: schema.description }), ...replaced };
  }
  const inner = (child: JsonSchema): JsonSchema => mapScalars(child, replacement);
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: inner(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: inner(additionalProperties) }),
    ...(properties === undefined ? {} : { properties: mapSchemas(properties, inner) }),
  };
};
