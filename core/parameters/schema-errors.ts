import { LONGEST_MATCHED_STRING, PARAMETER_TYPES, SCALAR_TYPES, type ParameterSchema } from '../../api/parameter.ts';
import type { FieldError, FieldErrorReason } from '../errors/field-error.ts';
import { parameterValueErrors } from './value-errors.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { quoted, quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

type Keyword = Exclude<keyof ParameterSchema, 'type'>;

/** Which types a keyword says something about. */
const TYPES_OF: Record<Keyword, readonly string[]> = {
  enum: SCALAR_TYPES,
  pattern: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['integer', 'number'],
  maximum: ['integer', 'number'],
  items: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
};

const PAIRS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const;

/** What is wrong with the schema of a parameter: no value could fit it, or it says what it cannot mean. */
export function parameterSchemaErrors(schema: unknown, path: string, schemas: SchemaCompiler): FieldError[] {
  return errorsOf(schema, path, { types: PARAMETER_TYPES, schemas });
}

interface Checking {
  /** The types that are allowed here. */
  types: readonly string[];
  schemas: SchemaCompiler;
}

function errorsOf(given: unknown, path: string, { types, schemas }: Checking): FieldError[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [error(path, 'FieldValueTypeInvalid', `Invalid value: ${quoted(given)}: must be a schema, with a type`)];
  }
  const schema = given as ParameterSchema;
  const wrongType = typeErrors(schema.type, `${path}.type`, types);
  if (wrongType.length > 0) return wrongType;
  const errors = [
    ...misplaced(schema, path),
    ...malformed(schema, path),
    ...pairErrors(schema, path),
    ...patternErrors(schema, path, schemas),
    ...itemsErrors(schema, path, schemas),
  ];
  return errors.length > 0 ? errors : enumErrors(schema, path, schemas);
}

function error(path: string, reason: FieldErrorReason, message: string): FieldError {
  return { path, reason, message };
}

function typeErrors(type: unknown, path: string, types: readonly string[]): FieldError[] {
  if (typeof type === 'string' && types.includes(type)) return [];
  if (type === undefined || type === null) {
    return [error(path, 'FieldValueRequired', `Required value: one of ${quotedList(types)}`)];
  }
  const near = typeof type === 'string' ? didYouMean(nearNames(type, types)) : '';
  const message = `Unsupported value: ${quoted(type)}: supported values: ${quotedList(types)}`;
  return [error(path, 'FieldValueNotSupported', near === '' ? message : `${message}; ${near}`)];
}

function misplaced(schema: ParameterSchema, path: string): FieldError[] {
  return (Object.keys(TYPES_OF) as Keyword[])
    .filter((keyword) => has(schema, keyword) && !TYPES_OF[keyword].includes(schema.type))
    .map((keyword) => {
      const hint = schema.type === 'array' ? '; for the elements of a list say it in items' : '';
      const message = `Forbidden: says something about ${TYPES_OF[keyword].join(' or ')} only, and the type is ${schema.type}${hint}`;
      return error(`${path}.${keyword}`, 'FieldValueForbidden', message);
    });
}

/** Kubernetes checks these by the CRD; a schema is not compiled without it. */
function malformed(schema: ParameterSchema, path: string): FieldError[] {
  const numbers = PAIRS.flat().filter((keyword) => has(schema, keyword) && typeof schema[keyword] !== 'number');
  const errors = numbers.map((keyword) => notOf(`${path}.${keyword}`, schema[keyword], 'a number'));
  if (has(schema, 'enum') && !Array.isArray(schema.enum)) errors.push(notOf(`${path}.enum`, schema.enum, 'a list'));
  return errors;
}

function notOf(path: string, value: unknown, wanted: string): FieldError {
  return error(path, 'FieldValueTypeInvalid', `Invalid value: ${quoted(value)}: must be ${wanted}`);
}

function pairErrors(schema: ParameterSchema, path: string): FieldError[] {
  return PAIRS.flatMap(([low, high]) => {
    const [least, most] = bounds(schema, low, high);
    if (least <= most) return [];
    const fits = schema.type === 'integer' && (schema[low] ?? 0) <= (schema[high] ?? 0) ? 'whole number' : 'value';
    const message = `Invalid value: ${schema[low] ?? ''}: no ${fits} is between it and ${high}, which is ${schema[high] ?? ''}`;
    return [error(`${path}.${low}`, 'FieldValueInvalid', message)];
  });
}

function bounds(schema: ParameterSchema, low: Keyword, high: Keyword): [number, number] {
  const least = typeof schema[low] === 'number' ? schema[low] : -Infinity;
  const most = typeof schema[high] === 'number' ? schema[high] : Infinity;
  return schema.type === 'integer' ? [Math.ceil(least), Math.floor(most)] : [least, most];
}

function patternErrors(schema: ParameterSchema, path: string, schemas: SchemaCompiler): FieldError[] {
  if (schema.type !== 'string' || !has(schema, 'pattern')) return [];
  const { pattern, maxLength } = schema as { pattern: unknown; maxLength?: number | null };
  if (typeof pattern !== 'string') return [notOf(`${path}.pattern`, pattern, 'a string')];
  return [...unreadable(pattern, `${path}.pattern`, schemas), ...lengthBound(maxLength, `${path}.maxLength`)];
}

function unreadable(pattern: string, path: string, schemas: SchemaCompiler): FieldError[] {
  const compiled = schemas.pattern(pattern);
  if ('pattern' in compiled) return [];
  const lacks = /\(\?[=!<]|\\\d/.test(pattern) ? '; RE2 has no look-around and no back-references' : '';
  const message = `Invalid value: ${quoted(pattern)}: not a regular expression of RE2: ${compiled.error}${lacks}`;
  return [error(path, 'FieldValueInvalid', message)];
}

function lengthBound(maxLength: number | null | undefined, path: string): FieldError[] {
  const limit = `at most ${LONGEST_MATCHED_STRING}, so that matching it takes a bounded time`;
  if (maxLength === undefined || maxLength === null) {
    return [error(path, 'FieldValueRequired', `Required value: a pattern needs a maxLength beside it, ${limit}`)];
  }
  if (maxLength <= LONGEST_MATCHED_STRING) return [];
  return [error(path, 'FieldValueInvalid', `Invalid value: ${maxLength}: beside a pattern it must be ${limit}`)];
}

function itemsErrors(schema: ParameterSchema, path: string, schemas: SchemaCompiler): FieldError[] {
  if (schema.type !== 'array') return [];
  if (!has(schema, 'items')) {
    const message = 'Required value: the schema of the elements, for instance {type: string}';
    return [error(`${path}.items`, 'FieldValueRequired', message)];
  }
  const errors = errorsOf(schema.items, `${path}.items`, { types: SCALAR_TYPES, schemas });
  if (errors.length > 0 || !has(schema.items, 'pattern') || has(schema, 'maxItems')) return errors;
  const message =
    'Required value: a list whose elements have a pattern needs it, so that matching takes a bounded time';
  return [error(`${path}.maxItems`, 'FieldValueRequired', message)];
}

/** Each value must be one that a run can really give. */
function enumErrors(schema: ParameterSchema, path: string, schemas: SchemaCompiler): FieldError[] {
  if (!has(schema, 'enum')) return [];
  const { enum: values = [], ...others } = schema;
  return values.flatMap((value, index) => {
    const here = `${path}.enum[${index}]`;
    if (values.indexOf(value) < index) {
      return [error(here, 'FieldValueDuplicate', `Duplicate value: ${quoted(value)}`)];
    }
    return parameterValueErrors(value, others, { path: here, schemas });
  });
}

/** Null is absent, as everywhere in Kubernetes. */
function has(schema: object | undefined, keyword: string): boolean {
  const value: unknown = (schema as Record<string, unknown> | undefined)?.[keyword];
  return value !== undefined && value !== null;
}

/** What a pattern takes before it can be asked, in characters matched. */
const COMPILATION = 300;

/** Most steps that checking one value of this sane schema can take, counting only what patterns take. */
export function matchingSteps(schema: ParameterSchema, schemas: SchemaCompiler): number {
  const { pattern, maxLength = 0 } = schema.items ?? schema;
  const compiled = typeof pattern === 'string' ? schemas.pattern(pattern) : undefined;
  if (compiled === undefined || !('pattern' in compiled)) return 0;
  const times = schema.items ? (schema.maxItems ?? 1) : 1;
  return compiled.pattern.size * (maxLength * times + COMPILATION);
}
