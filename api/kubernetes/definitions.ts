/**
 * Kubernetes' own schemas of JobSpec and JobStatus, as tolerant as the API server is when it reads a Job. A JobTemplate
 * may contain whatever a Job may contain. A field that only a newer Kubernetes defines is retained. No field is
 * `nullable`: the API server drops a null in such a field, so that null means absent, as in a Job.
 */
import document from './definitions.json' with { type: 'json' };
import { firstSentence } from './first-sentence.ts';
import { mapSchemas, refTarget } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

export const JOB_SPEC = 'io.k8s.api.batch.v1.JobSpec';
export const JOB_STATUS = 'io.k8s.api.batch.v1.JobStatus';
export const JOB_CONDITION = 'io.k8s.api.batch.v1.JobCondition';
export const ENV_VAR = 'io.k8s.api.core.v1.EnvVar';
export const ENV_FROM_SOURCE = 'io.k8s.api.core.v1.EnvFromSource';
export const RESOURCE_REQUIREMENTS = 'io.k8s.api.core.v1.ResourceRequirements';
export const TOLERATION = 'io.k8s.api.core.v1.Toleration';
export const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const RAW = document.definitions as unknown as Record<string, JsonSchema>;

/** Where the definitions were taken from. */
export const KUBERNETES_VERSION = document.source.version;

/**
 * Lists in which a Job may contain the same key twice (the last `env` of a name wins, and may refer to an earlier one).
 * A list of type map does not allow this. For `ports`, it would also need a default for the protocol.
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

/** Fields that are required in the document, but that a Job may omit: the API server (1.37.2) accepts it. */
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
  if (items === undefined) throw new Error(`list ${name} does not define its items`);
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

/** A JSON number such as `cpu: 0.5` is also a quantity. `x-kubernetes-int-or-string` would refuse it. */
const anyQuantity: JsonSchema = {
  description: 'A quantity, such as 2, 0.5, 100m or 1Gi.',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** The Pod template of a Job must not have ephemeral containers, so their forty fields are left out. */
const ephemeralContainer: JsonSchema = {
  description: 'Not allowed in a Job.',
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
  'x-kubernetes-preserve-unknown-fields': true,
};

/** Requires `spec`: without it there are no containers, and every Job would be refused. */
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
  [INT_OR_STRING]: { 'x-kubernetes-int-or-string': true },
  [QUANTITY]: anyQuantity,
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

/** What a schema refers to; itself if it is no reference. Without keywords if the definition is not included. */
export const resolved = (schema: JsonSchema): JsonSchema =>
  (schema.$ref === undefined ? schema : DEFINITIONS[refTarget(schema.$ref)]) ?? {};
