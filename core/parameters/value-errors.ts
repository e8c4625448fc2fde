import type { ParameterSchema } from '../../api/parameter.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { counted } from '../errors/counted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { isOfType, typeHint } from './value-types.ts';

/** Maximum number of errors that are reported for one value. */
const MOST_ERRORS = 10;

const ANY_STRING: ParameterSchema = { type: 'string' };

/**
 * What is wrong with a value for a parameter of this schema (any string where there is none), including what no schema
 * can express: text that cannot be an argument of a process, and numbers that JSON cannot represent exactly. The schema
 * must be valid.
 * @param at the path of the value (errors of an element are at `path[0]`), what the template's schemas are prepared in, and
 * whether the value is secret: then no error quotes it.
 */
export function parameterValueErrors(
  value: unknown,
  schema: ParameterSchema | undefined,
  at: { path: FieldPath | string; schemas: SchemaCompiler; secret?: boolean | undefined },
): FieldError[] {
  const { path, schemas, secret = false } = at;
  const checked = { path: FieldPath.from(path), schema: schema ?? ANY_STRING, schemas, secret };
  return errorsOf(value, checked).slice(0, MOST_ERRORS);
}

/** Where a value is, and what it must fit. Null in a schema is absent. */
interface Checking {
  path: FieldPath;
  schema: ParameterSchema;
  schemas: SchemaCompiler;
  secret: boolean;
}

function shown(value: unknown, { secret }: Checking): unknown {
  return secret ? OMITTED : value;
}

function errorsOf(value: unknown, checking: Checking): FieldError[] {
  const { path, schema } = checking;
  if (!isOfType(value, schema.type)) {
    const hint = typeHint(checking.secret && schema.type === 'array' ? undefined : value, schema.type);
    return [field.typeInvalid(path, shown(value, checking), hint)];
  }
  if (Array.isArray(value)) return listErrors(value, checking);
  if (typeof value === 'number') return [...numberErrors(value, checking), ...enumErrors(value, checking)];
  return typeof value === 'string'
    ? [...textErrors(value, checking), ...enumErrors(value, checking)]
    : enumErrors(value, checking);
}

/** The elements of a list that is too long are not checked. */
function listErrors(list: readonly unknown[], checking: Checking): FieldError[] {
  const { path, schema } = checking;
  const { items, minItems, maxItems } = withoutNulls(schema);
  if (list.length > (maxItems ?? Infinity)) return [field.tooMany(path, list.length, maxItems ?? 0)];
  const short =
    list.length < (minItems ?? 0)
      ? [field.invalid(path, shown(list, checking), `must have at least ${counted(minItems ?? 0, 'element')}`)]
      : [];
  const ofElement = ([index, element]: [number, unknown]): FieldError[] =>
    errorsOf(element, { ...checking, path: path.index(index), schema: items ?? ANY_STRING });
  return [...short, ...errorsOfEach(list.entries(), ofElement, MOST_ERRORS)];
}

function numberErrors(value: number, checking: Checking): FieldError[] {
  const { path, schema } = checking;
  const { minimum, maximum } = withoutNulls(schema);
  const errors: FieldError[] = [];
  if (value > (maximum ?? Infinity))
    errors.push(outOfBounds(checking, value, `less than or equal to ${maximum ?? ''}`));
  if (value < (minimum ?? -Infinity))
    errors.push(outOfBounds(checking, value, `greater than or equal to ${minimum ?? ''}`));
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    errors.push(field.invalid(path, shown(value, checking), INEXACT));
  return errors;
}

const INEXACT =
  'is a number too great to be stored exactly: use a parameter of type string, and put the value in quotes';

function outOfBounds(checking: Checking, value: number, bound: string): FieldError {
  return field.invalid(checking.path, shown(value, checking), `must be ${bound}`);
}

/** A text that is too long is not matched: the cost of a pattern is bounded for `maxLength` characters. */
function textErrors(value: string, checking: Checking): FieldError[] {
  const { path, schema, schemas } = checking;
  const quotable = shown(value, checking);
  const { minLength, maxLength, pattern } = withoutNulls(schema);
  const unfit = whyUnfit(value);
  const ofText = unfit === undefined ? [] : [field.invalid(path, quotable, unfit)];
  if (isLonger(value, maxLength ?? Infinity)) return [field.tooLong(path, maxLength ?? 0), ...ofText];
  const errors: FieldError[] = [];
  if (minLength !== undefined && !isLonger(value, minLength - 1)) {
    errors.push(field.invalid(path, quotable, `must have at least ${counted(minLength, 'character')}`));
  }
  if (pattern !== undefined && !isMatched(value, pattern, schemas)) {
    errors.push(field.invalid(path, quotable, `must match the regular expression ${pattern}`));
  }
  return [...errors, ...ofText];
}

function isMatched(value: string, source: string, schemas: SchemaCompiler): boolean {
  const compiled = schemas.pattern(source);
  return 'pattern' in compiled && compiled.pattern.test(value);
}

/** Whether the text has more than `most` characters. A character outside the basic plane counts once, as in JSON Schema. */
function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > 2 * most) return true;
  return Array.from(text).length > most;
}

function whyUnfit(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain the character NUL: no argument or variable of a process can';
  return value.isWellFormed() ? undefined : 'must be Unicode text: it contains half of a surrogate pair';
}

function enumErrors(value: unknown, checking: Checking): FieldError[] {
  const { path, schema, schemas, secret } = checking;
  const supported = schema.enum ?? undefined;
  if (supported === undefined || schemas.valuesOf(supported).has(value)) return [];
  if (secret) return [field.invalid(path, OMITTED, 'must be one of the values that the template declares')];
  const names = supported.filter((one) => typeof one === 'string');
  const hint = typeof value === 'string' ? didYouMean(nearNames(value, names)) : '';
  return [field.notSupported(path, value, { supported, hint })];
}

type Rules = Partial<Omit<ParameterSchema, 'type'>>;

/** Null is absent, as everywhere in Kubernetes. */
function withoutNulls({ minLength, maxLength, pattern, minimum, maximum, items, minItems, maxItems }: Rules): Rules {
  const rules = { minLength, maxLength, pattern, minimum, maximum, items, minItems, maxItems };
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => (value ?? undefined) !== undefined));
}
