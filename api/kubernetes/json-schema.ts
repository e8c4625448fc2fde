/** The part of JSON Schema that Kubernetes' OpenAPI documents and CRDs use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  nullable?: boolean;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-validations'?: ValidationRule[];
}

/** A CEL rule of a CRD. */
export interface ValidationRule {
  rule: string;
  message: string;
  /** The field that the error is reported at, for instance `.args`. Default: the field that has the rule. */
  fieldPath?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
}

const PREFIX = '#/definitions/';

/** The `$ref` of a Kubernetes definition, as in Kubernetes' own document. */
export const refTo = (definition: string): string => PREFIX + definition;

/** The name of the definition that a `$ref` points at. */
export const refTarget = (ref: string): string => {
  if (!ref.startsWith(PREFIX)) throw new Error(`not a reference to a Kubernetes definition: ${ref}`);
  return ref.slice(PREFIX.length);
};

/** Applies `change` to each schema of a map. */
export const mapSchemas = (
  schemas: Record<string, JsonSchema>,
  change: (schema: JsonSchema, name: string) => JsonSchema,
): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema, name)]));
