import type { Parameter, ParameterSchema } from '../../api/parameter.ts';
import { quoted, quotedList } from '../../core/errors/quoted.ts';

/** A parameter in one line: its description, its type and limits, and its default. */
export function describedParameter({ description = '', schema, ...parameter }: Parameter): string {
  const [line = ''] = description.trim().split('\n');
  const needed = parameter.default === undefined ? 'required' : `default ${defaultOf(parameter)}`;
  const facts = [typeOf(schema), ...limitsOf(schema), needed].join(', ');
  return line === '' ? facts : `${line} (${facts})`;
}

function defaultOf(parameter: Pick<Parameter, 'default' | 'secret'>): string {
  return parameter.secret === true ? 'secret' : quoted(parameter.default);
}

function typeOf(schema: ParameterSchema | undefined): string {
  if (schema?.type !== 'array') return schema?.type ?? 'string';
  return `list of ${schema.items?.type ?? 'string'}s`;
}

function limitsOf(schema: ParameterSchema | undefined): string[] {
  if (schema === undefined) return [];
  const own = [...choiceOf(schema), ...range(schema), ...lengths(schema)];
  return schema.items ? [...own, ...limitsOf(schema.items)] : own;
}

function choiceOf({ enum: values, pattern, examples }: ParameterSchema): string[] {
  return [
    ...(values ? [`one of ${quotedList(values)}`] : []),
    ...(pattern === undefined ? [] : [`matches ${pattern}`]),
    ...(examples ? [`for example ${quoted(examples[0])}`] : []),
  ];
}

function range({ minimum, maximum }: ParameterSchema): string[] {
  return between(minimum, maximum, '');
}

function lengths({ minLength, maxLength, minItems, maxItems }: ParameterSchema): string[] {
  return [...between(minLength, maxLength, ' characters'), ...between(minItems, maxItems, ' elements')];
}

function between(least: number | undefined, most: number | undefined, unit: string): string[] {
  if (least !== undefined && most !== undefined) return [`${least} to ${most}${unit}`];
  if (least !== undefined) return [`at least ${least}${unit}`];
  return most === undefined ? [] : [`at most ${most}${unit}`];
}
