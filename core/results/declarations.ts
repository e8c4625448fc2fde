import type { TemplateContent } from '../../api/job-template.ts';
import { LONGEST_PARAMETER_NAME, PARAMETER_NAME_PATTERN } from '../../api/parameter.ts';
import type { Result } from '../../api/result.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field } from '../errors/field.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import { tooCostlyParameter } from '../parameters/matching-cost.ts';
import type { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { parameterSchemaErrors } from '../parameters/schema-errors.ts';

const NAME = new RegExp(PARAMETER_NAME_PATTERN);
const RESULTS = FieldPath.of('results');
const RESULTS_FROM = FieldPath.of('resultsFrom');

/** The results that a template declares. The template must be valid. */
export function declaredResults({ results }: Pick<TemplateContent, 'results'>): readonly Result[] {
  return results ?? [];
}

/** What is wrong with the results that a template declares, and with the container that writes them. */
export function resultDeclarationErrors(template: TemplateContent, schemas: SchemaCompiler): FieldError[] {
  const { results } = template as { results?: unknown };
  if (isAbsent(results)) return withoutResults(template);
  if (!Array.isArray(results)) return [field.typeInvalid(RESULTS, results, 'must be a list of results')];
  // Before any pattern is compiled.
  const tooCostly = tooCostlyParameter(results);
  if (tooCostly !== undefined) return [tooManySteps(tooCostly)];
  const seen = new Set<unknown>();
  const errors = errorsOfEach(results.entries(), ([index, result]: [number, unknown]) =>
    declarationErrors(result, RESULTS.index(index), { schemas, seen }),
  );
  return [...errors, ...(results.length === 0 ? withoutResults(template) : containerErrors(template))];
}

function withoutResults({ resultsFrom }: TemplateContent): FieldError[] {
  if (isAbsent(resultsFrom)) return [];
  return [field.forbidden(RESULTS_FROM, 'the template declares no results')];
}

interface Checking {
  schemas: SchemaCompiler;
  /** The names of the results before this one. */
  seen: Set<unknown>;
}

function declarationErrors(result: unknown, path: FieldPath, { schemas, seen }: Checking): FieldError[] {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return [field.typeInvalid(path, result, 'must be a result, with a name')];
  }
  const { name, schema } = result as Record<string, unknown>;
  const ofName = nameErrors(name, path.child('name'));
  if (ofName.length === 0 && seen.has(name)) ofName.push(field.duplicate(path.child('name'), name));
  seen.add(name);
  return [...ofName, ...(isAbsent(schema) ? [] : parameterSchemaErrors(schema, path.child('schema'), { schemas }))];
}

function nameErrors(name: unknown, path: FieldPath): FieldError[] {
  if (typeof name !== 'string' || name === '') return [field.required(path, 'the name of the result')];
  if (name.length > LONGEST_PARAMETER_NAME) return [field.tooLong(path, LONGEST_PARAMETER_NAME)];
  if (NAME.test(name)) return [];
  return [
    field.invalid(
      path,
      name,
      'the name of a result has only letters, digits, "_" and "-", and begins with a letter or "_"',
    ),
  ];
}

/** Init containers have finished when the Pod succeeds, but do not produce its outcome. */
function containerErrors({ spec, resultsFrom: wanted }: TemplateContent): FieldError[] {
  if (isAbsent(wanted)) return [];
  const containers = spec.template.spec?.containers ?? [];
  const names = Array.isArray(containers) ? containers.map(({ name }) => name) : [];
  if (names.includes(wanted as string)) return [];
  const near = typeof wanted === 'string' ? didYouMean(nearNames(wanted, names)) : '';
  const why = `the template has no such container; ${near === '' ? '' : `${near} `}it has ${quotedList(names)}`;
  return [field.notFound(RESULTS_FROM, wanted, why)];
}

function tooManySteps(index: number): FieldError {
  const why =
    "checking this template's results could take too long; lower maxLength or maxItems, or repeat less in the pattern";
  return field.forbidden(RESULTS.index(index).child('schema'), why);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
