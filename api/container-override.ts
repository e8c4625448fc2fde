import type { Static } from 'typebox';
import { Type } from 'typebox';
import { immutableList, immutableNullables } from './immutable-fields.ts';
import { definition, ENV_FROM_SOURCE, ENV_VAR, RESOURCE_REQUIREMENTS } from './kubernetes/definitions.ts';
import { mapSchemas } from './kubernetes/json-schema.ts';
import type { JsonSchema } from './kubernetes/json-schema.ts';
import { AtomicList, Embedded, UNKNOWN_FIELDS_REFUSED } from './schema-kit.ts';
import type { EnvFromSource, EnvVar, ResourceRequirements } from './wire.ts';

/** The maps and the list of resources. Null means absent in them; see {@link NullableStringMap}. */
const nullableResources = (): JsonSchema => {
  const { properties = {}, ...rest } = definition(RESOURCE_REQUIREMENTS);
  const nullable = mapSchemas(properties, ({ additionalProperties, ...property }) => ({
    ...property,
    nullable: true,
    ...(additionalProperties && { additionalProperties: { ...additionalProperties, nullable: true } }),
  }));
  return {
    ...rest,
    properties: nullable,
    'x-kubernetes-validations': [immutableNullables('resources', Object.keys(nullable))],
  };
};

/** Fields that set what a container runs; at the top of spec they apply to the first container. */
export const containerFields = {
  args: Type.Optional(
    AtomicList(Type.String(), {
      description:
        "Arguments of the container; they replace the template's. An empty list clears the template's args; without this field the run inherits them.",
    }),
  ),
  command: Type.Optional(
    AtomicList(Type.String(), {
      description:
        "Command of the container; it replaces the template's. An empty list clears the template's command, so that the image's entrypoint runs; without this field the run inherits it.",
    }),
  ),
  env: Type.Optional(
    AtomicList(Embedded<EnvVar>(ENV_VAR), {
      description:
        "Environment variables, merged by name into the template's: a variable of the same name is replaced, others are appended. An empty list clears the template's.",
    }),
  ),
  image: Type.Optional(
    Type.String({ description: 'Image of the container, if the template allows this override.', minLength: 1 }),
  ),
  resources: Type.Optional(
    Type.Unsafe<ResourceRequirements>({
      ...nullableResources(),
      description:
        "CPU, memory and other resources, merged into the template's by resource name, separately for limits and requests. An empty map clears the template's.",
    }),
  ),
};

const fields = {
  name: Type.String({ description: 'Name of a container or init container of the template.', minLength: 1 }),
  ...containerFields,
  envFrom: Type.Optional(
    AtomicList(Embedded<EnvFromSource>(ENV_FROM_SOURCE), {
      description: "Sources of environment variables, appended to the template's. An empty list clears the template's.",
    }),
  ),
};

export const ContainerOverrideSchema = Type.Object(fields, UNKNOWN_FIELDS_REFUSED);

/** What a run overrides in one container, by name. */
export type ContainerOverride = Static<typeof ContainerOverrideSchema>;

/** The rule of the list of these overrides. The resources have a rule of their own. */
export const IMMUTABLE_CONTAINERS = immutableList(
  'containers',
  Object.keys(fields).filter((name) => name !== 'resources'),
  'resources',
);
