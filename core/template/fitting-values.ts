import type { Parameter, ParameterSchema, ScalarValue } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import type { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { parameterValueErrors } from '../parameters/value-errors.ts';
import type { CompiledTemplate } from './compile.ts';

/** What the API server takes in a field: one of these texts, or a number between these. */
type Taken = { texts: readonly string[] } | { least: number; most: number };

/**
 * The name of the parameter that is the whole value of the field of this error, if none of the values that its schema
 * accepts is among those that the API server takes there, according to its own message. `undefined` if a value may be
 * right, or if the message does not tell. The path is the template's.
 */
export function parameterThatNeverFits(template: CompiledTemplate, error: FieldError): string | undefined {
  const parameter = wholeParameter(template, error.path);
  const taken = parameter && takenValues(error);
  if (taken === undefined) return undefined;
  return canBe(parameter?.schema ?? { type: 'string' }, taken, template.schemas) ? undefined : parameter?.name;
}

/** The words of Kubernetes' messages about two fields that do not fit each other. */
const OTHER_FIELD =
  /\b(?:when|if|unless|because|both|must match|limits?|requests?|completions|parallelism|privileged|hostNetwork|containerPort)\b/i;

/**
 * Whether an error may depend on the value of another parameter, so that the values of this field alone decide nothing.
 * The path is the template's.
 */
export function isAboutOtherFields({ plan, parameters }: CompiledTemplate, { path, message }: FieldError): boolean {
  if (!OTHER_FIELD.test(message)) return false;
  const here = new Set(
    plan.strings.flatMap((one) => (one.path === path ? one.tokens : [])).map(({ source }) => source),
  );
  return parameters.some(({ name }) => !here.has(`$(params.${name})`));
}

/** The parameter that is the whole value of a field. */
function wholeParameter({ plan, parameters }: CompiledTemplate, path: string): Parameter | undefined {
  const string = plan.strings.find((one) => one.path === path && one.kind !== 'key');
  const [token] = string?.tokens.length === 1 ? string.tokens : [];
  if (token?.kind !== 'placeholder' || token.spread) return undefined;
  return parameters.find(({ name }) => name === token.name);
}

/** Messages of Kubernetes in which the bounds are constants. Where a bound is another field, its name is in the message. */
const BETWEEN = /\bmust be (?:between (\d{1,15}) and (\d{1,15}), inclusive|in the range (\d{1,15})-(\d{1,15}))$/;
const FIXED: readonly (readonly [RegExp, Taken])[] = [
  [/\bmust be (?:greater than or equal to 0|non-negative)$/, { least: 0, most: Infinity }],
  [/\bmust be greater than (?:0|zero)$/, { least: Number.MIN_VALUE, most: Infinity }],
  [/\bmust be a number between 0 and 0777 \(octal\), both inclusive$/, { least: 0, most: 0o777 }],
  [/\bnumber \S+, where int32 is expected$/, { least: -(2 ** 31), most: 2 ** 31 - 1 }],
];

function takenValues({ reason, message }: FieldError): Taken | undefined {
  if (reason === 'FieldValueNotSupported') return supportedTexts(message);
  const [, from, to, first, last] = BETWEEN.exec(message) ?? [];
  if (from !== undefined || first !== undefined) return { least: Number(from ?? first), most: Number(to ?? last) };
  return FIXED.find(([sentence]) => sentence.test(message))?.[1];
}

const SUPPORTED = ': supported values: ';

/** `Unsupported value: "x": supported values: "A", "B"`. */
function supportedTexts(message: string): Taken | undefined {
  const at = message.lastIndexOf(SUPPORTED);
  if (at === -1) return undefined;
  const texts = Array.from(message.slice(at + SUPPORTED.length).matchAll(/"([^"]*)"/g), ([, text = '']) => text);
  return texts.length === 0 ? undefined : { texts };
}

function canBe(schema: ParameterSchema, taken: Taken, schemas: SchemaCompiler): boolean {
  if ('texts' in taken) return taken.texts.some((text) => isAccepted(text, schema, schemas));
  const { type, enum: values, minimum, maximum } = schema;
  // Of text, the message does not tell which is a number.
  if (type !== 'integer' && type !== 'number') return true;
  if (values) return values.some((value) => Number(value) >= taken.least && Number(value) <= taken.most);
  const [least, most] = [minimum ?? -Infinity, maximum ?? Infinity];
  const isWhole = type === 'integer';
  return (
    Math.max(taken.least, isWhole ? Math.ceil(least) : least) <= Math.min(taken.most, isWhole ? Math.floor(most) : most)
  );
}

/** Whether the schema accepts a value that is inserted as this text. */
function isAccepted(text: string, schema: ParameterSchema, schemas: SchemaCompiler): boolean {
  const value = valueOf(text, schema.type);
  return value !== undefined && parameterValueErrors(value, schema, { path: '', schemas }).length === 0;
}

function valueOf(text: string, type: ParameterSchema['type']): ScalarValue | undefined {
  if (type === 'string') return text;
  const values: ScalarValue[] = type === 'boolean' ? [true, false] : [Number(text)];
  return values.find((value) => JSON.stringify(value) === text);
}
