import { LONGEST_PARAMETER_NAME, PARAMETER_NAME_PATTERN, type Parameter } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import { matchingSteps, parameterSchemaErrors } from './schema-errors.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { parameterValueErrors } from './value-errors.ts';
import { quoted } from '../errors/quoted.ts';

/** Steps of matching patterns that one run may cost in all: some tenths of a second at the very worst. */
const MOST_STEPS = 2 ** 24;

const NAME = new RegExp(PARAMETER_NAME_PATTERN);

/** What is wrong with the parameters that a template declares. Paths are the template's. */
export function parameterDeclarationErrors(parameters: unknown, schemas: SchemaCompiler): FieldError[] {
  if (!Array.isArray(parameters)) {
    const message = `Invalid value: ${quoted(parameters)}: must be a list of parameters`;
    return [{ path: 'parameters', reason: 'FieldValueTypeInvalid', message }];
  }
  const errors = parameters.flatMap((parameter: unknown, index) =>
    declarationErrors(parameter, `parameters[${index}]`, schemas),
  );
  const costs = errors.length > 0 ? [] : stepErrors(namedParameters(parameters), schemas);
  return [...errors, ...duplicates(parameters), ...costs];
}

/** The parameters that have a name, whatever else is wrong with them. */
export function namedParameters(parameters: unknown): Parameter[] {
  return Array.isArray(parameters) ? parameters.filter(isNamed) : [];
}

function isNamed(parameter: unknown): parameter is Parameter {
  return isObject(parameter) && typeof parameter['name'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function declarationErrors(parameter: unknown, path: string, schemas: SchemaCompiler): FieldError[] {
  if (!isObject(parameter)) {
    const message = `Invalid value: ${quoted(parameter)}: must be a parameter, with a name`;
    return [{ path, reason: 'FieldValueTypeInvalid', message }];
  }
  const { schema } = parameter;
  const inSchema = isAbsent(schema) ? [] : parameterSchemaErrors(schema, `${path}.schema`, schemas);
  return [
    ...nameErrors(parameter['name'], `${path}.name`),
    ...inSchema,
    ...defaultErrors(parameter, path, inSchema.length === 0 ? schemas : undefined),
  ];
}

function nameErrors(name: unknown, path: string): FieldError[] {
  if (typeof name !== 'string' || name === '') {
    return [{ path, reason: 'FieldValueRequired', message: 'Required value: the name of the parameter' }];
  }
  if (name.length > LONGEST_PARAMETER_NAME) {
    const message = `Too long: may not be more than ${LONGEST_PARAMETER_NAME} characters`;
    return [{ path, reason: 'FieldValueTooLong', message }];
  }
  if (NAME.test(name)) return [];
  const rule = 'a parameter\'s name has only letters, digits, "_" and "-", and begins with a letter or "_"';
  return [{ path, reason: 'FieldValueInvalid', message: `Invalid value: ${quoted(name)}: ${rule}` }];
}

/** @param schemas absent when the parameter's schema is wrong: then the default is not checked against it. */
function defaultErrors(
  parameter: Record<string, unknown>,
  path: string,
  schemas: SchemaCompiler | undefined,
): FieldError[] {
  const { default: value, required, schema } = parameter;
  if (isAbsent(value)) {
    if (required !== false) return [];
    const message = 'Required value: a parameter that is not required needs a default';
    return [{ path: `${path}.default`, reason: 'FieldValueRequired', message }];
  }
  const at = `${path}.default`;
  const errors = schemas
    ? parameterValueErrors(value, (schema ?? undefined) as Parameter['schema'], { path: at, schemas })
    : [];
  if (required !== true) return errors;
  const message = 'Forbidden: the parameter has a default, which would never be used; leave out one of the two';
  return [...errors, { path: `${path}.required`, reason: 'FieldValueForbidden', message }];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function duplicates(parameters: readonly unknown[]): FieldError[] {
  const seen = new Set<string>();
  return parameters.flatMap((parameter, index) => {
    if (!isNamed(parameter)) return [];
    if (!seen.has(parameter.name)) {
      seen.add(parameter.name);
      return [];
    }
    const path = `parameters[${index}].name`;
    return [{ path, reason: 'FieldValueDuplicate', message: `Duplicate value: ${quoted(parameter.name)}` } as const];
  });
}

function stepErrors(parameters: readonly Parameter[], schemas: SchemaCompiler): FieldError[] {
  let steps = 0;
  for (const [index, { schema }] of parameters.entries()) {
    steps += isAbsent(schema) || schema === undefined ? 0 : matchingSteps(schema, schemas);
    if (steps > MOST_STEPS) return [tooManySteps(`parameters[${index}].schema`, schema?.items !== undefined)];
  }
  return [];
}

function tooManySteps(path: string, isList: boolean): FieldError {
  const at = isList ? `${path}.items.pattern` : `${path}.pattern`;
  const bounds = isList ? 'maxLength or maxItems' : 'maxLength';
  const message = `Forbidden: checking the values of this template's parameters could take too long; lower ${bounds}, or repeat less in the pattern`;
  return { path: at, reason: 'FieldValueForbidden', message };
}
