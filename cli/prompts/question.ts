import type { Parameter, ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import { pathOfParameter } from '../../core/parameters/values.ts';
import { parameterValueErrors } from '../../core/parameters/value-errors.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { describedParameter } from '../run/described-parameter.ts';
import { scalarOf } from '../run/typed-values.ts';
import { printableLine } from '../terminal/printable.ts';

/** A parameter that is asked for. */
export interface Question {
  parameter: Parameter;
  /** What the run has if the answer is empty. */
  initial: ParameterValue | undefined;
}

/** How a question is asked. */
export type QuestionKind = 'select' | 'confirm' | 'checkbox' | 'password' | 'list' | 'input';

export function kindOf({ schema, secret = false }: Parameter): QuestionKind {
  if (schema?.type === 'array') return secret || schema.items?.enum === undefined ? 'list' : 'checkbox';
  return secret ? 'password' : kindOfScalar(schema);
}

function kindOfScalar(schema: ParameterSchema | undefined): QuestionKind {
  if (schema?.enum !== undefined) return 'select';
  return schema?.type === 'boolean' ? 'confirm' : 'input';
}

/** The name, what it means, and its limits, on one line. */
export function messageOf({ parameter }: Question): string {
  return printableLine(`${parameter.name}: ${describedParameter(parameter)}`);
}

/** The choices of an enum. */
export function choicesOf({ schema }: Parameter): { name: string; value: ScalarValue }[] {
  const values = schema?.type === 'array' ? schema.items?.enum : schema?.enum;
  return (values ?? []).map((value) => ({ name: printableLine(String(value)), value }));
}

/** Text in the type of the parameter. */
export function answerOf(text: string, { schema }: Parameter): ScalarValue {
  return scalarOf(text, schema?.type);
}

/** An element of a list, as if it were a parameter. */
export function elementOf({ name, schema, ...others }: Parameter): Parameter {
  const { secret } = others;
  return { name, ...(schema?.items && { schema: schema.items }), ...(secret !== undefined && { secret }) };
}

/** True, or what is wrong with the value, as admission reports it. */
export function verdictOn(value: ParameterValue, { name, schema, secret }: Parameter, template: CompiledTemplate) {
  const at = { path: pathOfParameter(name), schemas: template.schemas, secret };
  const errors = parameterValueErrors(value, schema, at);
  return errors.length === 0 ? true : errors.map(({ message }) => printableLine(message)).join('; ');
}
