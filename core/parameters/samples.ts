import type { Parameter, ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { parameterValueErrors } from './value-errors.ts';
import { patternSample } from './pattern-sample.ts';

/**
 * Values with which a template can be tried out: defaults, and for required parameters something that fits its schema. A
 * parameter for which nothing was found (a pattern can be any) is left out. The declarations must be right ones.
 */
export function sampleParameters({ parameters, schemas }: CompiledTemplate): Record<string, ParameterValue> {
  return Object.fromEntries(
    parameters.flatMap((parameter) => {
      const value = sample(parameter, schemas);
      return value === undefined ? [] : [[parameter.name, value]];
    }),
  );
}

function sample({ default: given, schema }: Parameter, schemas: SchemaCompiler): ParameterValue | undefined {
  if (given !== undefined) return given;
  const asked: ParameterSchema = schema ?? { type: 'string' };
  if (asked.type !== 'array') return scalar(asked, schemas);
  const element = scalar(asked.items ?? { type: 'string' }, schemas);
  const length = Math.max(asked.minItems ?? 0, Math.min(1, asked.maxItems ?? 1));
  if (length === 0) return [];
  return element === undefined ? undefined : new Array<ScalarValue>(length).fill(element);
}

function scalar(schema: ParameterSchema, schemas: SchemaCompiler): ScalarValue | undefined {
  const candidates = schema.enum ?? guesses(schema);
  return candidates.find((value) => parameterValueErrors(value, schema, { path: '', schemas }).length === 0);
}

function guesses(schema: ParameterSchema): ScalarValue[] {
  switch (schema.type) {
    case 'boolean':
      return [false];
    case 'integer':
      return [1, Math.ceil(schema.minimum ?? 0), Math.floor(schema.maximum ?? 0)];
    case 'number':
      return [1, schema.minimum ?? 0, schema.maximum ?? 0];
    default:
      return texts(schema);
  }
}

function texts({ pattern, minLength = 0, maxLength }: ParameterSchema): string[] {
  const plain = 'sample'.padEnd(minLength, 'x').slice(0, maxLength);
  if (pattern === undefined) return [plain];
  const found = [1, 0, 2, minLength, 3, 8].map((times) => patternSample(pattern, times));
  return [plain, ...found.filter((text) => text !== undefined)];
}
