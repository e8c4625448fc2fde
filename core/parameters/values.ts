import type { JobRun } from '../../api/job-run.ts';
import type { Parameter, ParameterValue } from '../../api/parameter.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { templateKeyOfRun } from '../template/template-key.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { parameterValueErrors } from './value-errors.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

/** A value for each parameter that the template declares. */
export type ParameterValues = ReadonlyMap<string, ParameterValue>;

/** The path in a run of all its parameters. */
export const PARAMETERS = FieldPath.of('spec', 'parameters');

/** The path in a run of a parameter's value. */
export function pathOfParameter(name: string): FieldPath {
  return PARAMETERS.key(name);
}

/**
 * The values for a run: those it sets, and defaults for the rest. Or all errors of the values, at
 * `spec.parameters[NAME]`. The template's declarations must be valid.
 */
export function parameterValues(
  template: CompiledTemplate,
  run: JobRun,
): { values: ParameterValues } | { errors: FieldError[] } {
  const set: unknown = (run.spec as Partial<JobRun['spec']>).parameters ?? {};
  if (typeof set !== 'object' || set === null || Array.isArray(set)) {
    return { errors: [field.typeInvalid(PARAMETERS, OMITTED, 'must be a map of values by the names of parameters')] };
  }
  // Null is absent, as everywhere in Kubernetes.
  const values = new Map(Object.entries(set).filter(([, value]) => value !== null));
  const declared = template.parameters;
  const called = nameOfTemplate(run);
  const errors = [
    ...unknownNames(values, declared, called),
    ...errorsOfEach(declared, (one) => resolve(one, values, { called, schemas: template.schemas })),
  ];
  return errors.length > 0 ? { errors } : { values };
}

interface Resolving {
  /** The template's kind and name. */
  called: string;
  schemas: SchemaCompiler;
}

/** Checks the value that the run sets, or fills in the default. */
function resolve(parameter: Parameter, values: Map<string, unknown>, { called, schemas }: Resolving): FieldError[] {
  const { name, schema, secret } = parameter;
  const path = pathOfParameter(name);
  if (values.has(name)) return parameterValueErrors(values.get(name), schema ?? undefined, { path, schemas, secret });
  // Null is absent.
  const value = parameter.default ?? undefined;
  if (value === undefined || parameter.required === true) return [field.required(path, wanted(parameter, called))];
  values.set(name, value);
  return [];
}

function wanted({ schema, description }: Parameter, called: string): string {
  const about = description === undefined || description === '' ? '' : ` (${shortened(description)})`;
  return `${called} needs a value for this parameter, of type ${schema?.type ?? 'string'}${about}`;
}

function shortened(description: string): string {
  const [line = ''] = description.trim().split('\n');
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

function unknownNames(
  values: ReadonlyMap<string, unknown>,
  declared: readonly Parameter[],
  called: string,
): FieldError[] {
  const names = declared.map(({ name }) => name);
  const known = new Set(names);
  return errorsOfEach(values.keys(), (name) => {
    if (known.has(name)) return [];
    return [field.notFound(pathOfParameter(name), name, `${called} ${declaredNames(name, names)}`)];
  });
}

function declaredNames(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'declares no parameters';
  const near = didYouMean(nearNames(name, names));
  return `declares no parameter of this name; ${near === '' ? '' : `${near} `}it declares ${quotedList(names)}`;
}

function nameOfTemplate(run: JobRun): string {
  const { kind, name } = templateKeyOfRun(run);
  return `${kind} "${name}"`;
}
