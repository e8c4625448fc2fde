import { LONGEST_MATCHED_STRING, PARAMETER_TYPES, SCALAR_TYPES, type ParameterSchema } from '../../api/parameter.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { parameterValueErrors } from './value-errors.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

type Keyword = Exclude<keyof ParameterSchema, 'type'>;

/** The types that a keyword applies to. */
const TYPES_OF: Record<Keyword, readonly string[]> = {
  enum: SCALAR_TYPES,
  examples: PARAMETER_TYPES,
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
const LISTS = ['enum', 'examples'] as const;

/**
 * What is wrong with the schema of a parameter: it is malformed, contradicts itself, or no value could fit it.
 * @param at what the template's schemas are prepared in, and whether the values are secret: then no error quotes them.
 */
export function parameterSchemaErrors(
  schema: unknown,
  path: FieldPath | string,
  at: { schemas: SchemaCompiler; secret?: boolean | undefined },
): FieldError[] {
  const { schemas, secret = false } = at;
  return errorsOf(schema, FieldPath.from(path), { types: PARAMETER_TYPES, schemas, secret });
}

interface Checking {
  /** The types that are allowed here. */
  types: readonly string[];
  schemas: SchemaCompiler;
  secret: boolean;
}

function shown(value: unknown, { secret }: Checking): unknown {
  return secret ? OMITTED : value;
}

function errorsOf(given: unknown, path: FieldPath, checking: Checking): FieldError[] {
  const { types, schemas } = checking;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [field.typeInvalid(path, shown(given, checking), 'must be a schema, with a type')];
  }
  const schema = given as ParameterSchema;
  const wrongType = typeErrors(schema.type, path.child('type'), types);
  if (wrongType.length > 0) return wrongType;
  const errors = [
    ...misplaced(schema, path),
    ...malformed(schema, path, checking),
    ...pairErrors(schema, path),
    ...patternErrors(schema, path, schemas),
    ...itemsErrors(schema, path, checking),
  ];
  if (errors.length > 0) return errors;
  const inEnum = enumErrors(schema, path, checking);
  return inEnum.length > 0 ? inEnum : exampleErrors(schema, path, checking);
}

function typeErrors(type: unknown, path: FieldPath, types: readonly string[]): FieldError[] {
  if (typeof type === 'string' && types.includes(type)) return [];
  if (type === undefined || type === null) return [field.required(path, `one of ${quotedList(types)}`)];
  const hint = typeof type === 'string' ? didYouMean(nearNames(type, types)) : '';
  return [field.notSupported(path, type, { supported: types, hint })];
}

function misplaced(schema: ParameterSchema, path: FieldPath): FieldError[] {
  return (Object.keys(TYPES_OF) as Keyword[])
    .filter((keyword) => has(schema, keyword) && !TYPES_OF[keyword].includes(schema.type))
    .map((keyword) => {
      const hint = schema.type === 'array' ? '; for the elements of a list, set it in items' : '';
      const types = TYPES_OF[keyword].join(' or ');
      return field.forbidden(path.child(keyword), `applies to ${types} only, and the type is ${schema.type}${hint}`);
    });
}

/** The CRD checks these too. They are checked here because a malformed schema must never be compiled. */
function malformed(schema: ParameterSchema, path: FieldPath, checking: Checking): FieldError[] {
  const numbers = PAIRS.flat().filter((keyword) => has(schema, keyword) && typeof schema[keyword] !== 'number');
  const lists = LISTS.filter((keyword) => has(schema, keyword) && !Array.isArray(schema[keyword]));
  return [
    ...numbers.map((keyword) => mustBe(path.child(keyword), shown(schema[keyword], checking), 'a number')),
    ...lists.map((keyword) => mustBe(path.child(keyword), shown(schema[keyword], checking), 'a list')),
  ];
}

function mustBe(path: FieldPath, value: unknown, wanted: string): FieldError {
  return field.typeInvalid(path, value, `must be ${wanted}`);
}

function pairErrors(schema: ParameterSchema, path: FieldPath): FieldError[] {
  return PAIRS.flatMap(([low, high]) => {
    const [least, most] = bounds(schema, low, high);
    if (least <= most) return [];
    const fits = schema.type === 'integer' && (schema[low] ?? 0) <= (schema[high] ?? 0) ? 'whole number' : 'value';
    const why = `no ${fits} is between it and ${high}, which is ${schema[high] ?? ''}`;
    return [field.invalid(path.child(low), schema[low], why)];
  });
}

function bounds(schema: ParameterSchema, low: Keyword, high: Keyword): [number, number] {
  const least = typeof schema[low] === 'number' ? schema[low] : -Infinity;
  const most = typeof schema[high] === 'number' ? schema[high] : Infinity;
  return schema.type === 'integer' ? [Math.ceil(least), Math.floor(most)] : [least, most];
}

function patternErrors(schema: ParameterSchema, path: FieldPath, schemas: SchemaCompiler): FieldError[] {
  if (schema.type !== 'string' || !has(schema, 'pattern')) return [];
  const { pattern, maxLength } = schema as { pattern: unknown; maxLength?: number | null };
  if (typeof pattern !== 'string') return [mustBe(path.child('pattern'), pattern, 'a string')];
  return [...syntaxErrors(pattern, path.child('pattern'), schemas), ...lengthBound(maxLength, path.child('maxLength'))];
}

function syntaxErrors(pattern: string, path: FieldPath, schemas: SchemaCompiler): FieldError[] {
  const compiled = schemas.pattern(pattern);
  if ('pattern' in compiled) return [];
  const lacks = /\(\?[=!<]|\\\d/.test(pattern) ? '; RE2 has no look-around and no back-references' : '';
  return [field.invalid(path, pattern, `not a regular expression of RE2: ${compiled.error}${lacks}`)];
}

function lengthBound(maxLength: number | null | undefined, path: FieldPath): FieldError[] {
  const limit = `at most ${LONGEST_MATCHED_STRING}, so that matching it takes a bounded time`;
  if (maxLength === undefined || maxLength === null) {
    return [field.required(path, `a pattern needs a maxLength beside it, ${limit}`)];
  }
  if (maxLength <= LONGEST_MATCHED_STRING) return [];
  return [field.invalid(path, maxLength, `beside a pattern it must be ${limit}`)];
}

function itemsErrors(schema: ParameterSchema, path: FieldPath, checking: Checking): FieldError[] {
  if (schema.type !== 'array') return [];
  const at = path.child('items');
  if (!has(schema, 'items')) {
    return [field.required(at, 'the schema of the elements, for instance {type: string}')];
  }
  if (has(schema.items, 'examples')) {
    return [field.forbidden(at.child('examples'), 'set examples beside items; each example is a whole list')];
  }
  const errors = errorsOf(schema.items, at, { ...checking, types: SCALAR_TYPES });
  if (errors.length > 0 || !has(schema.items, 'pattern') || has(schema, 'maxItems')) return errors;
  const why = 'a list whose elements have a pattern needs it, so that matching takes a bounded time';
  return [field.required(path.child('maxItems'), why)];
}

/** Each value must be one that a run can really set. */
function enumErrors(schema: ParameterSchema, path: FieldPath, checking: Checking): FieldError[] {
  if (!has(schema, 'enum')) return [];
  const { enum: values = [], ...others } = schema;
  const seen = new Set<unknown>();
  return errorsOfEach(values.entries(), ([index, value]) => {
    const at = path.child('enum').index(index);
    if (seen.has(value)) return [field.duplicate(at, shown(value, checking))];
    seen.add(value);
    return parameterValueErrors(value, others, { ...checking, path: at });
  });
}

/** An example must fit the schema that it belongs to. */
function exampleErrors(schema: ParameterSchema, path: FieldPath, checking: Checking): FieldError[] {
  const examples: readonly unknown[] = schema.examples ?? [];
  return examples.flatMap((value, index) =>
    parameterValueErrors(value, schema, { ...checking, path: path.child('examples').index(index) }),
  );
}

/** Null is absent, as everywhere in Kubernetes. */
function has(schema: object | undefined, keyword: string): boolean {
  const value: unknown = (schema as Record<string, unknown> | undefined)?.[keyword];
  return value !== undefined && value !== null;
}
