import type { Parameter, ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { parameterValueErrors } from './value-errors.ts';

/** Values for a trial Job of a template. */
export interface Samples {
  values: Record<string, ParameterValue>;
  /** Names of the parameters without a known value. */
  missing: string[];
}

/** A sample is never longer than this, whatever `minLength` or `minItems` demands. */
const LONGEST = 4096;
/** The most characters of a made-up list, all elements together. A list that must have more has no sample. */
const MOST_CHARACTERS = 16_384;

/**
 * A value for each parameter: its default, else its first example, else the first value of its enum, else a simple value
 * of its type. A pattern without any of these has no sample. The declarations must be valid.
 */
export function sampleParameters({ parameters, schemas }: CompiledTemplate): Samples {
  const values: [string, ParameterValue][] = [];
  const missing: string[] = [];
  for (const parameter of parameters) {
    const value = sample(parameter, schemas);
    if (value === undefined) missing.push(parameter.name);
    else values.push([parameter.name, value]);
  }
  return { values: Object.fromEntries(values), missing };
}

function sample(parameter: Parameter, schemas: SchemaCompiler): ParameterValue | undefined {
  const schema: ParameterSchema = parameter.schema ?? { type: 'string' };
  const known = parameter.default ?? schema.examples?.[0];
  if (known !== undefined) return known;
  return schema.type === 'array' ? list(schema, schemas) : scalar(schema, schemas);
}

/** One element where the schema allows it; an empty list where no element is known. */
function list(schema: ParameterSchema, schemas: SchemaCompiler): ScalarValue[] | undefined {
  const { minItems, maxItems } = schema;
  const least = minItems ?? 0;
  const length = Math.max(least, Math.min(1, maxItems ?? 1));
  const element = scalar(schema.items ?? { type: 'string' }, schemas);
  if (element === undefined) return least === 0 ? [] : undefined;
  const isTooLong = length > LONGEST || (length > 1 && length * String(element).length > MOST_CHARACTERS);
  return isTooLong ? undefined : new Array<ScalarValue>(length).fill(element);
}

function scalar(schema: ParameterSchema, schemas: SchemaCompiler): ScalarValue | undefined {
  const candidates = schema.enum ?? simpleValues(schema);
  return candidates.find((value) => parameterValueErrors(value, schema, { path: '', schemas }).length === 0);
}

function simpleValues(schema: ParameterSchema): ScalarValue[] {
  const [minimum, maximum] = [schema.minimum ?? 0, schema.maximum ?? 0];
  switch (schema.type) {
    case 'boolean':
      return [false];
    case 'integer':
      return [1, Math.ceil(minimum), Math.floor(maximum)];
    case 'number':
      return [1, minimum, maximum];
    default:
      return texts(schema);
  }
}

function texts({ pattern, minLength, maxLength }: ParameterSchema): string[] {
  if ((pattern ?? undefined) !== undefined) return [];
  return ['sample'.padEnd(Math.min(minLength ?? 0, LONGEST), 'x').slice(0, maxLength ?? LONGEST)];
}
