/**
 * Kubernetes' own schemas of JobSpec and JobStatus, made as tolerant as the API server is when it reads a Job: what a
 * Job may hold, a JobTemplate may hold, and a field that only a newer Kubernetes knows is kept. Nothing here is
 * `nullable`: the API server drops a null in a field that is not, so that null means absent, as it does in a Job.
 */
import document from './definitions.json' with { type: 'json' };
import { firstSentence } from './first-sentence.ts';
import { mapSchemas } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

export const JOB_SPEC = 'io.k8s.api.batch.v1.JobSpec';
export const JOB_STATUS = 'io.k8s.api.batch.v1.JobStatus';
export const JOB_CONDITION = 'io.k8s.api.batch.v1.JobCondition';
export const ENV_VAR = 'io.k8s.api.core.v1.EnvVar';
export const ENV_FROM_SOURCE = 'io.k8s.api.core.v1.EnvFromSource';
export const RESOURCE_REQUIREMENTS = 'io.k8s.api.core.v1.ResourceRequirements';
export const TOLERATION = 'io.k8s.api.core.v1.Toleration';
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const RAW = document.definitions as unknown as Record<string, JsonSchema>;

/** Where the definitions were taken from. */
export const KUBERNETES_VERSION = document.source.version;

/**
 * Lists in which a Job may hold the same key twice (the last `env` of a name wins, and may refer to the one before).
 * A list of type map would refuse that, and one of `ports` would also have to write the default protocol into it.
 */
const REPEATABLE = new Set([
  'env',
  'ports',
  'hostAliases',
  'imagePullSecrets',
  'finalizers',
  'ownerReferences',
  'values',
]);

/** Fields that the document calls required, and that the API server (1.37.2) takes a Job without. */
const NOT_REQUIRED: Record<string, readonly string[]> = {
  'io.k8s.api.batch.v1.PodFailurePolicy': ['rules'],
  'io.k8s.api.core.v1.HTTPHeader': ['value'],
  'io.k8s.api.core.v1.ISCSIVolumeSource': ['lun'],
  'io.k8s.api.core.v1.PreferredSchedulingTerm': ['preference'],
  'io.k8s.api.core.v1.ScaleIOVolumeSource': ['secretRef'],
  'io.k8s.api.core.v1.SleepAction': ['seconds'],
  'io.k8s.api.core.v1.Sysctl': ['value'],
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': ['apiVersion', 'kind', 'name', 'uid'],
};

const copyKeywords = (schema: JsonSchema): JsonSchema => {
  const { $ref, type, format, description } = schema;
  return {
    ...($ref === undefined ? {} : { $ref }),
    ...(type === undefined ? {} : { type }),
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description: firstSentence(description) }),
  };
};

const tolerantList = (schema: JsonSchema, name: string): JsonSchema => {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys } = schema;
  if (items === undefined) throw new Error(`list ${name} says nothing of its items`);
  const list = { ...copyKeywords(schema), items: tolerant(items) };
  if (listType === undefined || REPEATABLE.has(name)) return { ...list, 'x-kubernetes-list-type': 'atomic' };
  return {
    ...list,
    'x-kubernetes-list-type': listType,
    ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': keys }),
  };
};

const tolerantObject = (schema: JsonSchema): JsonSchema => {
  const { properties, required, additionalProperties, 'x-kubernetes-map-type': mapType } = schema;
  const common = { ...copyKeywords(schema), ...(mapType === undefined ? {} : { 'x-kubernetes-map-type': mapType }) };
  if (additionalProperties !== undefined) {
    return { ...common, additionalProperties: tolerant(additionalProperties) };
  }
  return {
    ...common,
    ...(properties === undefined ? {} : { properties: mapSchemas(properties, tolerant) }),
    ...(required === undefined ? {} : { required }),
    'x-kubernetes-preserve-unknown-fields': true,
  };
};

const tolerant = (schema: JsonSchema, name = ''): JsonSchema => {
  if (schema.type === 'array') return tolerantList(schema, name);
  if (schema.type === 'object') return tolerantObject(schema);
  return copyKeywords(schema);
};

/** A JSON number such as `cpu: 0.5` is a quantity too, which `x-kubernetes-int-or-string` would refuse. */
const anyQuantity: JsonSchema = {
  description: 'A quantity, such as 2, 0.5, 100m or 1Gi.',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** No template of a Job may have one, so its forty fields need not be spelled out. */
const ephemeralContainer: JsonSchema = {
  description: 'Not allowed in a Job.',
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
  'x-kubernetes-preserve-unknown-fields': true,
};

/** A Pod template without `spec` is refused for its missing containers; so it can be said at once. */
const podTemplate = (schema: JsonSchema): JsonSchema => ({ ...tolerant(schema), required: ['spec'] });

const atLeastOneContainer = (podSpec: JsonSchema): JsonSchema => {
  const { properties = {}, ...rest } = tolerant(podSpec);
  return { ...rest, properties: { ...properties, containers: { ...properties['containers'], minItems: 1 } } };
};

const CHANGED: Record<string, (schema: JsonSchema) => JsonSchema> = {
  'io.k8s.api.core.v1.PodTemplateSpec': podTemplate,
  'io.k8s.api.core.v1.PodSpec': atLeastOneContainer,
};

const REPLACED: Record<string, JsonSchema> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': anyQuantity,
  'io.k8s.api.core.v1.EphemeralContainer': ephemeralContainer,
};

const tolerantDefinition = (name: string, schema: JsonSchema): JsonSchema => {
  const { required = [], ...rest } = schema;
  const needed = required.filter((field) => !NOT_REQUIRED[name]?.includes(field));
  return (CHANGED[name] ?? tolerant)(needed.length === 0 ? rest : { ...rest, required: needed });
};

/** All definitions by name. Their `$ref`s are Kubernetes' own, `#/definitions/NAME`. */
export const DEFINITIONS: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.entries(RAW).map(([name, schema]) => [name, REPLACED[name] ?? tolerantDefinition(name, schema)]),
);

/**
 * One definition.
 * @throws if the vendored document does not have it.
 */
export const definition = (name: string): JsonSchema => {
  const found = DEFINITIONS[name];
  if (found === undefined) throw new Error(`no Kubernetes definition ${name}; run npm run generate:kubernetes`);
  return found;
};
