/**
 * Validates objects, as the API server sends them, against the schemas that the CRDs are generated from. Nothing is
 * changed, defaulted or converted.
 */
import { Ajv } from 'ajv';
import type { KeywordDefinition, ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { AdmissionReviewSchema } from './admission-review.ts';
import { JobRunSchema } from './job-run.ts';
import { MOST_ERRORS } from './limits.ts';
import { JobTemplateSchema } from './job-template.ts';
import { DEFINITIONS } from './kubernetes/definitions.ts';
import type { JsonSchema } from './kubernetes/json-schema.ts';
import { mapSchemas, refTarget } from './kubernetes/json-schema.ts';
import { jsonSchemaWithPlaceholders } from './kubernetes/placeholders.ts';
import { UNIQUE_ITEMS } from './unique-items.ts';
import { schemaError } from './schema-error.ts';
import type { SchemaError } from './schema-error.ts';

const KUBERNETES_KEYWORDS = [
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
];

/** Converts Kubernetes' dialect to ajv's: references by id, and two types for an int-or-string. */
const ajvSchema = (schema: JsonSchema): JsonSchema => {
  if (schema.$ref !== undefined) {
    return { $ref: refTarget(schema.$ref) };
  }
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const { properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: mapSchemas(properties, ajvSchema) }),
    ...(items === undefined ? {} : { items: ajvSchema(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: ajvSchema(additionalProperties) }),
  };
};

/** @param listType what the type of a list means */
const ajvWith = (
  definition: (schema: JsonSchema) => JsonSchema,
  listType: KeywordDefinition = { keyword: UNIQUE_ITEMS.keyword },
): Ajv => {
  const ajv = new Ajv({ strict: true, allErrors: true, verbose: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(KUBERNETES_KEYWORDS);
  ajv.addKeyword(listType);
  for (const [name, schema] of Object.entries(DEFINITIONS)) ajv.addSchema(ajvSchema(definition(schema)), name);
  return ajv;
};

const ajv = ajvWith((schema) => schema);
const ajvOfTemplates = ajvWith(jsonSchemaWithPlaceholders, UNIQUE_ITEMS);

const compile = (schema: TSchema, by = ajv): ValidateFunction => by.compile(ajvSchema(schema as JsonSchema));

const checker =
  (validate: ValidateFunction) =>
  (value: unknown): SchemaError[] => {
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, MOST_ERRORS).map(schemaError);
  };

/** What is wrong with `value` as a JobRun; empty when it is one. */
export const validateJobRun = checker(compile(JobRunSchema));

/** What is wrong with `value` as a JobTemplate; empty when it is one. Fields that only a newer Kubernetes defines are accepted. */
export const validateJobTemplate = checker(compile(JobTemplateSchema, ajvOfTemplates));

/** What is wrong with `value` as an AdmissionReview of the supported version; its objects are not validated. */
export const validateAdmissionReview = checker(compile(AdmissionReviewSchema));
