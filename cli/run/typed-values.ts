import type { Parameter, ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { FlagMistake } from './flag-mistake.ts';

/** `name=value` of a `-p`, with `@file` and `-` replaced by what they name. */
export interface GivenValue {
  name: string;
  text: string;
}

export interface TypedValues {
  values: Record<string, ParameterValue>;
  mistakes: FlagMistake[];
}

/**
 * The values of `-p` in the types that the template declares: `n=3` is a number for an integer, and text for a string. A
 * list is JSON, or one element for each `-p`. Text that does not have the type remains text: the check of the values
 * reports it.
 */
export function typedValues(given: readonly GivenValue[], declared: readonly Parameter[]): TypedValues {
  const texts = Map.groupBy(given, ({ name }) => name);
  const values: [string, ParameterValue][] = [];
  const mistakes: FlagMistake[] = [];
  for (const [name, own] of texts) {
    const schema = declared.find((parameter) => parameter.name === name)?.schema;
    const [first, second] = own;
    if (first === undefined) continue;
    if (schema?.type === 'array') {
      values.push([name, listOf(own, schema)]);
    } else {
      if (second !== undefined) mistakes.push({ flag: `-p ${name}`, message: 'is set twice, and is not a list' });
      values.push([name, scalarOf(first.text, schema?.type)]);
    }
  }
  return { values: Object.fromEntries(values), mistakes };
}

function listOf(own: readonly GivenValue[], { items }: ParameterSchema): ParameterValue {
  const [only] = own;
  if (own.length === 1 && only?.text.trimStart().startsWith('[') === true) {
    const list = jsonOf(only.text);
    if (Array.isArray(list)) return list as ScalarValue[];
  }
  return own.map(({ text }) => scalarOf(text, items?.type));
}

/** Text in a type of JSON, or the text itself if it does not have the type. */
export function scalarOf(text: string, type: string | undefined): ScalarValue {
  if (type === 'integer' || type === 'number') return numberOf(text) ?? text;
  if (type !== 'boolean') return text;
  return { true: true, false: false }[text] ?? text;
}

/** A number as JSON has it. */
function numberOf(text: string): number | undefined {
  const value = jsonOf(text);
  return typeof value === 'number' ? value : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
