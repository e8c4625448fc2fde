import type { Parameter, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { CompiledTemplate } from './compile.ts';

/** At most this many Jobs are tried for one field. */
const MOST = 10;

type Values = Record<string, ParameterValue>;

/**
 * All other values of the parameters in one field of the template, if there are only a few: each parameter has an enum, is
 * a boolean, or is an integer with a narrow range. `undefined` if a run can set values that the template does not list.
 */
export function otherValues(template: CompiledTemplate, path: string, used: Values): Values[] | undefined {
  const names = parametersAt(template, path);
  const domains = names.map((name) => domainOf(template.parameters.find((one) => one.name === name)));
  const sizes = domains.map((domain) => domain?.length ?? Infinity);
  if (names.length === 0 || sizes.reduce((product, size) => product * size, 1) > MOST) return undefined;
  const all = names.reduce<Values[]>(
    (combinations, name, index) =>
      combinations.flatMap((values) => (domains[index] ?? []).map((value) => ({ ...values, [name]: value }))),
    [{}],
  );
  return all.filter((values) => names.some((name) => values[name] !== used[name]));
}

function parametersAt({ plan }: CompiledTemplate, path: string): string[] {
  const string = plan.strings.find((one) => one.path === path && one.kind !== 'key');
  const names = string?.tokens.flatMap((token) => (token.kind === 'placeholder' ? [token.name] : []));
  return Array.from(new Set(names));
}

function domainOf(parameter: Parameter | undefined): readonly ScalarValue[] | undefined {
  const { type, enum: values, minimum, maximum } = parameter?.schema ?? {};
  if (type === 'array') return undefined;
  if (type === 'boolean') return values ?? [true, false];
  return values ?? (type === 'integer' ? range(minimum ?? undefined, maximum ?? undefined) : undefined);
}

function range(minimum: number | undefined, maximum: number | undefined): number[] | undefined {
  if (minimum === undefined || maximum === undefined || maximum - minimum >= MOST) return undefined;
  const first = Math.ceil(minimum);
  return Array.from({ length: Math.floor(maximum) - first + 1 }, (_, index) => first + index);
}
