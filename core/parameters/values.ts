import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import type { Parameter, ParameterValue } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import { parameterValueErrors } from './value-errors.ts';
import { quoted, quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

/** A value for each parameter that the template declares. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

/**
 * The values that a run has: those it gives, and defaults for the rest. Or everything that is wrong with them, at
 * `spec.parameters[NAME]`. The template's declarations must have been found right before.
 */
export function parameterValues(
  template: Template,
  run: JobRun,
): { values: ParameterValues } | { errors: FieldError[] } {
  const given: unknown = (run.spec as Partial<JobRun['spec']>).parameters ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `Invalid value: ${quoted(given)}: must be a map of values by the names of parameters`;
    return { errors: [{ path: 'spec.parameters', reason: 'FieldValueTypeInvalid', message }] };
  }
  // Null is absent, as everywhere in Kubernetes.
  const values = new Map(Object.entries(given).filter(([, value]) => value !== null));
  const declared = template.parameters ?? [];
  const errors = [...unknownNames(values, template), ...declared.flatMap((one) => resolve(one, values, template))];
  return errors.length > 0 ? { errors } : { values };
}

/** Fills in a default, and checks what is given. */
function resolve(parameter: Parameter, values: Map<string, unknown>, template: Template): FieldError[] {
  const { name, schema } = parameter;
  const path = `spec.parameters[${name}]`;
  if (values.has(name)) return parameterValueErrors(values.get(name), schema ?? undefined, path);
  if (parameter.default === undefined || parameter.required === true) {
    return [{ path, reason: 'FieldValueRequired', message: `Required value: ${wanted(parameter, template)}` }];
  }
  values.set(name, parameter.default);
  return [];
}

function wanted({ schema, description }: Parameter, template: Template): string {
  const about = description === undefined || description === '' ? '' : ` (${shortened(description)})`;
  return `${called(template)} needs a value for this parameter, of type ${schema?.type ?? 'string'}${about}`;
}

function shortened(description: string): string {
  const [line = ''] = description.trim().split('\n');
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

function unknownNames(values: ReadonlyMap<string, unknown>, template: Template): FieldError[] {
  const names = (template.parameters ?? []).map(({ name }) => name);
  return Array.from(values.keys())
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: `spec.parameters[${name}]`,
      reason: 'FieldValueNotFound',
      message: `Not found: ${quoted(name)}: ${called(template)} ${whatThereIs(name, names)}`,
    }));
}

function whatThereIs(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'declares no parameters';
  const near = didYouMean(nearNames(name, names));
  return `declares no parameter of this name; ${near === '' ? '' : `${near} `}it declares ${quotedList(names)}`;
}

function called({ kind, metadata }: Template): string {
  return `${kind} "${metadata.name ?? ''}"`;
}
