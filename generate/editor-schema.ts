import type { CustomResource } from '../api/custom-resources.ts';
import type { JsonSchema } from '../api/kubernetes/json-schema.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';

/** A JSON Schema for editors and for kubeconform, which know nothing of Kubernetes' own keywords. */
export function editorSchema(custom: CustomResource): Record<string, unknown> {
  const { group, kind, version } = custom.resource;
  const [served] = customResourceDefinition(custom).spec.versions;
  const root = plainSchema(served?.schema.openAPIV3Schema ?? {});
  const typeMeta = { apiVersion: { const: `${group}/${version}` }, kind: { const: kind } };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...root,
    properties: { ...(root['properties'] as object), ...typeMeta, metadata: { type: 'object' } },
    required: ['apiVersion', 'kind', 'metadata', ...((root['required'] as string[] | undefined) ?? [])],
  };
}

/** Where kubeconform finds the schema with `-schema-location 'schemas/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'`. */
export function editorSchemaPath({ resource: { group, kind, version } }: CustomResource): string {
  return `${group}/${kind.toLowerCase()}_${version}.json`;
}

/** Written by the syncer, not by users. */
const STATUS = 'status';

function plainSchema(schema: JsonSchema): Record<string, unknown> {
  const { properties, items, additionalProperties, ...rest } = schema;
  const isPlain = (keyword: string) => !keyword.startsWith('x-kubernetes-') && !['nullable', 'type'].includes(keyword);
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([keyword]) => isPlain(keyword))),
    ...typesOf(schema),
    // Kubernetes or the webhook refuses fields that a schema with fields does not name.
    ...(properties && { properties: plainProperties(properties), additionalProperties: false }),
    ...(items && { items: plainSchema(items) }),
    ...(additionalProperties && { additionalProperties: plainSchema(additionalProperties) }),
  };
}

function plainProperties(properties: Record<string, JsonSchema>): Record<string, unknown> {
  const named = Object.entries(properties);
  return Object.fromEntries(
    named.map(([name, schema]) => [name, name === STATUS ? { type: 'object' } : plainSchema(schema)]),
  );
}

function typesOf(schema: JsonSchema): { type?: string | string[] } {
  const { type, nullable } = schema;
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : [type ?? []].flat();
  if (nullable === true && types.length > 0) types.push('null');
  const [only] = types;
  if (only === undefined) return {};
  return { type: types.length === 1 ? only : types };
}
