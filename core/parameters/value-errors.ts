import type { ErrorObject, ValidateFunction } from 'ajv';
import type { ParameterSchema } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { quoted, quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

/** Of one value, more mistakes than anybody reads are not told. */
const MOST_ERRORS = 10;

const ANY_STRING: ParameterSchema = { type: 'string' };

/**
 * What is wrong with a value for a parameter of this schema (any string where there is none), including what no schema
 * says: text that cannot be an argument of a process, and numbers that were not read exactly.
 * @param at the path of the value (errors of an element are at `path[0]`), and what compiles the template's schemas.
 */
export function parameterValueErrors(
  value: unknown,
  schema: ParameterSchema | undefined,
  { path, schemas }: { path: string; schemas: SchemaCompiler },
): FieldError[] {
  const asked: ParameterSchema = schema ?? ANY_STRING;
  const tooMany = tooManyElements(value, asked, path);
  if (tooMany.length > 0) return tooMany;
  return [...schemaErrors(value, schemas.validator(asked), path), ...unfitErrors(value, path)].slice(0, MOST_ERRORS);
}

/** Asked first, so that a list of any length does not have every element checked. */
function tooManyElements(value: unknown, { maxItems }: ParameterSchema, path: string): FieldError[] {
  if (!Array.isArray(value) || maxItems === undefined || value.length <= maxItems) return [];
  const message = `Too many: ${value.length}: must have at most ${maxItems} elements`;
  return [{ path, reason: 'FieldValueTooMany', message }];
}

function schemaErrors(value: unknown, validate: ValidateFunction, path: string): FieldError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MOST_ERRORS).map((error) => {
    const element = /^\/(\d+)$/.exec(error.instancePath)?.[1];
    const sentence = (SENTENCES[error.keyword] ?? fallback)(error);
    return { path: element === undefined ? path : `${path}[${element}]`, ...sentence };
  });
}

type Sentence = (error: ErrorObject) => Pick<FieldError, 'reason' | 'message'>;

const invalid = (value: unknown, why: string): ReturnType<Sentence> => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${quoted(value)}: ${why}`,
});

const fallback: Sentence = ({ data, message }) => invalid(data, message ?? 'does not fit the schema');

const limitOf = ({ params }: ErrorObject): number => params['limit'] as number;

const SENTENCES: Record<string, Sentence> = {
  type: ({ data, params }) => ({
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${quoted(data)}: ${typeHint(data, params['type'] as string)}`,
  }),
  enum: ({ data, params }) => {
    const allowed = params['allowedValues'] as unknown[];
    const names = allowed.filter((value) => typeof value === 'string');
    const near = typeof data === 'string' ? didYouMean(nearNames(data, names)) : '';
    const hint = near === '' ? '' : `; ${near}`;
    return {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${quoted(data)}: supported values: ${quotedList(allowed)}${hint}`,
    };
  },
  maxLength: (error) => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${counted(limitOf(error), 'character')}`,
  }),
  minLength: (error) => invalid(error.data, `must have at least ${counted(limitOf(error), 'character')}`),
  minItems: (error) => invalid(error.data, `must have at least ${counted(limitOf(error), 'element')}`),
  minimum: (error) => invalid(error.data, `must be greater than or equal to ${limitOf(error)}`),
  maximum: (error) => invalid(error.data, `must be less than or equal to ${limitOf(error)}`),
  pattern: ({ data, params }) => invalid(data, `must match the regular expression ${String(params['pattern'])}`),
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const TYPE_NAMES: Record<string, string> = {
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** YAML reads `5` and `true` as what they look like; whoever writes them is often not aware of it. */
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
  return wanted === 'integer' ? /^-?\d+$/.test(value) : /^-?\d+(\.\d+)?$/.test(value) && wanted === 'number';
}

function unfitErrors(value: unknown, path: string): FieldError[] {
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown, index) =>
      Array.isArray(element) ? [] : unfitErrors(element, `${path}[${index}]`),
    );
  }
  const why = unfit(value);
  return why === undefined ? [] : [{ path, ...invalid(value, why) }];
}

function unfit(value: unknown): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'must not contain the character NUL: no argument or variable of a process can';
    return value.isWellFormed() ? undefined : 'must be Unicode text: half of a surrogate pair stands alone in it';
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return 'is a number too great to be kept exactly: use a parameter of type string, and put the value in quotes';
}
