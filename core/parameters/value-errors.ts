import type { ErrorObject, ValidateFunction } from 'ajv';
import type { ParameterSchema } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { counted } from '../errors/counted.ts';
import { quoted } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

/** Maximum number of errors that are reported for one value. */
const MOST_ERRORS = 10;

const ANY_STRING: ParameterSchema = { type: 'string' };

/**
 * What is wrong with a value for a parameter of this schema (any string where there is none), including what no schema
 * can express: text that cannot be an argument of a process, and numbers that JSON cannot represent exactly.
 * @param at the path of the value (errors of an element are at `path[0]`), and what compiles the template's schemas.
 */
export function parameterValueErrors(
  value: unknown,
  schema: ParameterSchema | undefined,
  at: { path: FieldPath | string; schemas: SchemaCompiler },
): FieldError[] {
  const path = FieldPath.from(at.path);
  const wanted: ParameterSchema = schema ?? ANY_STRING;
  const tooMany = tooManyElements(value, wanted, path);
  if (tooMany.length > 0) return tooMany;
  return [...schemaErrors(value, at.schemas.validator(wanted), path), ...unfitErrors(value, path)].slice(
    0,
    MOST_ERRORS,
  );
}

/** Checked first: the elements of a list that is too long are not checked. */
function tooManyElements(value: unknown, schema: ParameterSchema, path: FieldPath): FieldError[] {
  // Null is absent.
  const maxItems = schema.maxItems ?? Infinity;
  if (!Array.isArray(value) || value.length <= maxItems) return [];
  return [field.tooMany(path, value.length, maxItems)];
}

function schemaErrors(value: unknown, validate: ValidateFunction, path: FieldPath): FieldError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MOST_ERRORS).map((error) => {
    const element = /^\/(\d+)$/.exec(error.instancePath)?.[1];
    const at = element === undefined ? path : path.index(Number(element));
    return (CONSTRUCTORS[error.keyword] ?? fallback)(at, error);
  });
}

type Constructor = (path: FieldPath, error: ErrorObject) => FieldError;

const fallback: Constructor = (path, { data, message }) =>
  field.invalid(path, data, message ?? 'does not fit the schema');

const limitOf = ({ params }: ErrorObject): number => params['limit'] as number;

/** The field error of each JSON Schema keyword. */
const CONSTRUCTORS: Record<string, Constructor> = {
  type: (path, { data, params }) => field.typeInvalid(path, data, typeHint(data, params['type'] as string)),
  enum: (path, { data, params }) => {
    const supported = params['allowedValues'] as unknown[];
    const names = supported.filter((value) => typeof value === 'string');
    const hint = typeof data === 'string' ? didYouMean(nearNames(data, names)) : '';
    return field.notSupported(path, data, { supported, hint });
  },
  maxLength: (path, error) => field.tooLong(path, limitOf(error)),
  minLength: (path, error) =>
    field.invalid(path, error.data, `must have at least ${counted(limitOf(error), 'character')}`),
  minItems: (path, error) =>
    field.invalid(path, error.data, `must have at least ${counted(limitOf(error), 'element')}`),
  minimum: (path, error) => field.invalid(path, error.data, `must be greater than or equal to ${limitOf(error)}`),
  maximum: (path, error) => field.invalid(path, error.data, `must be less than or equal to ${limitOf(error)}`),
  pattern: (path, { data, params }) =>
    field.invalid(path, data, `must match the regular expression ${String(params['pattern'])}`),
};

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** YAML parses an unquoted `5` as a number and an unquoted `true` as a boolean, which users often do not expect. */
function typeHint(value: unknown, wanted: string): string {
  const must = `must be ${TYPE_NAMES[wanted] ?? wanted}`;
  if (wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${must}: put it in quotes, "${value}"`;
  }
  if (wanted === 'array' && typeof value === 'string') return `${must}: write [${quoted(value)}]`;
  return looksLike(value, wanted) ? `${must}: write it without quotes` : must;
}

function looksLike(value: unknown, wanted: string): boolean {
  if (typeof value !== 'string') return false;
  if (wanted === 'boolean') return value === 'true' || value === 'false';
  return wanted === 'integer' ? /^-?\d+$/.test(value) : /^-?\d+(?:\.\d+)?$/.test(value) && wanted === 'number';
}

function unfitErrors(value: unknown, path: FieldPath): FieldError[] {
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown, index) =>
      Array.isArray(element) ? [] : unfitErrors(element, path.index(index)),
    );
  }
  const why = unfit(value);
  return why === undefined ? [] : [field.invalid(path, value, why)];
}

function unfit(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'must not contain the character NUL: no argument or variable of a process can';
    return value.isWellFormed() ? undefined : 'must be Unicode text: it contains half of a surrogate pair';
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return 'is a number too great to be stored exactly: use a parameter of type string, and put the value in quotes';
}
