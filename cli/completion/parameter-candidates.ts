import type { Parameter, ScalarValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { describedParameter } from '../run/described-parameter.ts';
import { flagText } from '../run/flag-text.ts';
import { DIRECTIVE, NOTHING } from './candidate.ts';
import type { Candidate, Offer } from './candidate.ts';
import type { Position } from './position.ts';

/** For a value of `-p`: the names of the parameters, and after `=` the values that a parameter can have. */
export function parameterCandidates(template: CompiledTemplate | undefined, { given, target }: Position): Offer {
  const declared = template?.parameters ?? [];
  const at = target.word.indexOf('=');
  if (at === -1) return { candidates: nameCandidates(declared, given.get('param') ?? []), directive: NAMES };
  const name = target.word.slice(0, at);
  const parameter = declared.find((one) => one.name === name);
  if (parameter === undefined) return NOTHING;
  const candidates = valuesOf(parameter).map((value) => ({ value: `${name}=${flagText(value)}` }));
  return { candidates, directive: DIRECTIVE.noFiles | DIRECTIVE.keepOrder };
}

const NAMES = DIRECTIVE.noFiles | DIRECTIVE.noSpace | DIRECTIVE.keepOrder;

/** Those that have no value yet; the required ones first. A list can have further elements. */
function nameCandidates(declared: readonly Parameter[], given: readonly string[]): Candidate[] {
  const known = new Set(given.map((one) => one.split('=', 1)[0]));
  const open = declared.filter(({ name, schema }) => !known.has(name) || schema?.type === 'array');
  return open
    .toSorted((one, other) => Number(one.default !== undefined) - Number(other.default !== undefined))
    .map((parameter) => ({ value: `${parameter.name}=`, description: describedParameter(parameter) }));
}

/** The values that are allowed, if they are few; else examples. Those of a secret are nobody's business. */
function valuesOf({ schema, secret }: Parameter): readonly ScalarValue[] {
  if (secret === true || schema === undefined) return [];
  if (schema.type === 'boolean') return [true, false];
  const examples = (schema.examples ?? []).flatMap((value) => (Array.isArray(value) ? [] : [value]));
  return schema.enum ?? schema.items?.enum ?? examples;
}
