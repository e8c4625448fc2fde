import type { ErrorObject } from 'ajv';
import type { ValidationRule } from './kubernetes/json-schema.ts';

/** A value that does not fit its schema; reasons as Kubernetes names them (`metav1.CauseType`). */
export interface SchemaError {
  /** Field path as Kubernetes writes it: `spec.args[0]`, `metadata.labels[example.com/team]`; empty for the whole. */
  path: string;
  reason:
    | 'FieldValueDuplicate'
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueTooLong'
    | 'FieldValueTypeInvalid';
  message: string;
}

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  object: 'a map',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};

const nameOfType = (type: string): string => TYPE_NAMES[type] ?? type;

const appendSegment = (path: string, segment: string): string => {
  if (/^\d+$/.test(segment)) return `${path}[${segment}]`;
  if (!/^\w+$/.test(segment)) return `${path}[${segment}]`;
  return path === '' ? segment : `${path}.${segment}`;
};

/** Kubernetes' field path for a JSON pointer (RFC 6901). */
export const fieldPath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(appendSegment, '');

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
};

type Sentence = (error: ErrorObject) => Pick<SchemaError, 'reason' | 'message'>;

/** If a field has a pattern and CEL rules, the message of the last rule describes the pattern. */
const ruleMessage = ({ parentSchema }: ErrorObject): string | undefined =>
  (parentSchema?.['x-kubernetes-validations'] as ValidationRule[] | undefined)?.at(-1)?.message;

const SENTENCES: Record<string, Sentence> = {
  required: () => ({ reason: 'FieldValueRequired', message: 'Required value' }),
  type: ({ params, data }) => {
    const wanted = [params['type'] as string | string[]].flat().map(nameOfType).join(' or ');
    const message = `Invalid value: must be ${wanted}, not ${nameOfType(typeOf(data))}`;
    return { reason: 'FieldValueTypeInvalid', message };
  },
  enum: ({ params, data }) => {
    const supported = (params['allowedValues'] as unknown[]).map(quoted).join(', ');
    return {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${quoted(data)}: supported values: ${supported}`,
    };
  },
  'x-kubernetes-list-type': ({ params }) => ({
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${quoted(params['identity'])}`,
  }),
  maxLength: ({ params }) => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${String(params['limit'])} characters`,
  }),
};

/** A map or a list is not quoted: it can contain a secret value. */
const fallback: Sentence = (error) => {
  const data: unknown = error.data;
  const value = typeof data === 'object' ? '' : `${quoted(data)}: `;
  const why = ruleMessage(error) ?? error.message ?? `fails ${error.keyword}`;
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}${why}` };
};

/** An error of ajv as a sentence for people. Needs ajv's `verbose` option. */
export const schemaError = (error: ErrorObject): SchemaError => {
  const parent = fieldPath(error.instancePath);
  const missing = error.params['missingProperty'] as string | undefined;
  const path = missing === undefined ? parent : appendSegment(parent, missing);
  return { path, ...(SENTENCES[error.keyword] ?? fallback)(error) };
};
