import { LONGEST_PARAMETER_NAME, PARAMETER_NAME_PATTERN, type Parameter } from '../../api/parameter.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { tooCostlyParameter } from './matching-cost.ts';
import { parameterSchemaErrors } from './schema-errors.ts';
import type { SchemaCompiler } from './schema-compiler.ts';
import { parameterValueErrors } from './value-errors.ts';

const NAME = new RegExp(PARAMETER_NAME_PATTERN);
const PARAMETERS = FieldPath.of('parameters');

/** What is wrong with the parameters that a template declares. Paths are the template's. */
export function parameterDeclarationErrors(parameters: unknown, schemas: SchemaCompiler): FieldError[] {
  if (!Array.isArray(parameters)) {
    return [field.typeInvalid(PARAMETERS, parameters, 'must be a list of parameters')];
  }
  // Before any pattern is compiled.
  const tooCostly = tooCostlyParameter(parameters);
  if (tooCostly !== undefined) return [tooManySteps(parameters, tooCostly)];
  const errors = errorsOfEach(parameters.entries(), ([index, parameter]: [number, unknown]) =>
    declarationErrors(parameter, PARAMETERS.index(index), schemas),
  );
  return [...errors, ...duplicates(parameters)];
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

function declarationErrors(parameter: unknown, path: FieldPath, schemas: SchemaCompiler): FieldError[] {
  if (!isObject(parameter)) return [field.typeInvalid(path, parameter, 'must be a parameter, with a name')];
  const { schema } = parameter;
  const secret = parameter['secret'] === true;
  const inSchema = isAbsent(schema) ? [] : parameterSchemaErrors(schema, path.child('schema'), { schemas, secret });
  return [
    ...nameErrors(parameter['name'], path.child('name')),
    ...inSchema,
    ...defaultErrors(parameter, path, inSchema.length === 0 ? schemas : undefined),
  ];
}

function nameErrors(name: unknown, path: FieldPath): FieldError[] {
  if (typeof name !== 'string' || name === '') return [field.required(path, 'the name of the parameter')];
  if (name.length > LONGEST_PARAMETER_NAME) return [field.tooLong(path, LONGEST_PARAMETER_NAME)];
  if (NAME.test(name)) return [];
  const rule = 'a parameter\'s name has only letters, digits, "_" and "-", and begins with a letter or "_"';
  return [field.invalid(path, name, rule)];
}

/** @param schemas absent when the parameter's schema is wrong: then the default is not checked against it. */
function defaultErrors(
  parameter: Record<string, unknown>,
  path: FieldPath,
  schemas: SchemaCompiler | undefined,
): FieldError[] {
  const { default: value, required, schema } = parameter;
  const at = path.child('default');
  if (isAbsent(value)) {
    return required === false ? [field.required(at, 'a parameter that is not required needs a default')] : [];
  }
  const errors = schemas
    ? parameterValueErrors(value, (schema ?? undefined) as Parameter['schema'], {
        path: at,
        schemas,
        secret: parameter['secret'] === true,
      })
    : [];
  if (required !== true) return errors;
  const why = 'the parameter has a default, which would never be used; leave out one of the two';
  return [...errors, field.forbidden(path.child('required'), why)];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function duplicates(parameters: readonly unknown[]): FieldError[] {
  const seen = new Set<string>();
  return errorsOfEach(parameters.entries(), ([index, parameter]) => {
    if (!isNamed(parameter)) return [];
    if (!seen.has(parameter.name)) {
      seen.add(parameter.name);
      return [];
    }
    return [field.duplicate(PARAMETERS.index(index).child('name'), parameter.name)];
  });
}

function tooManySteps(parameters: readonly unknown[], index: number): FieldError {
  const schema = isObject(parameters[index]) ? parameters[index]['schema'] : undefined;
  const isList = isObject(schema) && isObject(schema['items']);
  const path = PARAMETERS.index(index).child('schema');
  const at = isList ? path.child('items', 'pattern') : path.child('pattern');
  const bounds = isList ? 'maxLength or maxItems' : 'maxLength';
  const why = `checking the values of this template's parameters could take too long; lower ${bounds}, or repeat less in the pattern`;
  return field.forbidden(at, why);
}
