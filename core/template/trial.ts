import type { Parameter, ParameterSchema, ParameterValue, ScalarValue } from '../../api/parameter.ts';
import { formatFieldError, type FieldError } from '../errors/field-error.ts';
import { quotedList } from '../errors/quoted.ts';
import { sampleParameters } from '../parameters/samples.ts';
import { compileTemplate, type CompiledTemplate } from './compile.ts';
import { placeholderPaths } from './placeholder-paths.ts';
import type { PlaceholderPlan } from './placeholder-plan.ts';
import { pathInTemplate } from './template-reference.ts';

/** What is needed to try out a template as a Job, before any run of it exists. */
export interface Trial {
  /** The template. Its parameters without a value accept any value. */
  template: CompiledTemplate;
  /** A value for each parameter. */
  parameters: Record<string, ParameterValue>;
  /** For the author of the template: what the trial does not check. */
  warnings: string[];
}

/**
 * The value of a parameter for which the template has none. It is valid in many kinds of fields: as a name, a label, a
 * number, a quantity.
 */
const STAND_IN = '1';

/** Prepares a template that has no errors. */
export function trialOf(template: CompiledTemplate): Trial {
  const { values, missing } = sampleParameters(template);
  if (missing.length === 0) return { template, parameters: values, warnings: [] };
  const isMissing = ({ name }: Parameter): boolean => missing.includes(name);
  const parameters = template.parameters.map((one) => (isMissing(one) ? withoutRules(one) : one));
  const standIns = parameters
    .filter(isMissing)
    .map(({ name, schema }): [string, ParameterValue] => [name, standIn(schema ?? undefined)]);
  return {
    template: compileTemplate({ ...template.content, parameters }),
    parameters: { ...values, ...Object.fromEntries(standIns) },
    warnings: [
      `fields with a parameter that has no default, enum or example were not checked; to have them checked, add schema.examples to ${quotedList(missing)}`,
    ],
  };
}

/** A parameter that accepts any value of its type, or any list of them. */
function withoutRules({ name, schema }: Parameter): Parameter {
  const { type = 'string', items } = schema ?? {};
  return { name, schema: { type, ...(items && { items: { type: items.type } }) } };
}

function standIn(schema: ParameterSchema | undefined): ParameterValue {
  return schema?.type === 'array' ? [scalarStandIn(schema.items)] : scalarStandIn(schema);
}

function scalarStandIn(schema: ParameterSchema | undefined): ScalarValue {
  if (schema?.type === 'boolean') return false;
  return schema?.type === 'integer' || schema?.type === 'number' ? Number(STAND_IN) : STAND_IN;
}

/**
 * What the API server's errors of the trial Job mean for the template. A field without placeholders is wrong in every
 * run: an error. A field that is wrong with a value of the template's own is a warning, as a run can set another value. A
 * field that is wrong with a made-up value is neither.
 */
export function trialFindings(
  template: CompiledTemplate,
  errors: readonly FieldError[],
): { errors: FieldError[]; warnings: string[] } {
  const dependent = placeholderPaths(template.plan);
  return {
    errors: errors.map(inTemplate).filter(({ path }) => !isWithin(path, dependent)),
    warnings: ownValueErrors(template, errors).map(
      (error) => `a Job with the template's own values for its parameters would be refused: ${formatFieldError(error)}`,
    ),
  };
}

/** The errors in fields where every value is the template's own. Paths are the template's. */
function ownValueErrors(template: CompiledTemplate, errors: readonly FieldError[]): FieldError[] {
  const { plan } = template;
  const madeUp = new Set(template.parameters.filter((one) => !hasValue(one)).map(({ name }) => name));
  const unknown = placeholderPaths({ strings: stringsWith(madeUp, plan) });
  return errorsOfValues(template, errors)
    .map(inTemplate)
    .filter(({ path }) => !isWithin(path, unknown));
}

function inTemplate(error: FieldError): FieldError {
  return { ...error, path: pathInTemplate(error.path) };
}

/** The errors of the trial Job in fields with placeholders. Paths are the Job's. */
export function errorsOfValues({ plan }: CompiledTemplate, errors: readonly FieldError[]): FieldError[] {
  const dependent = placeholderPaths(plan);
  return errors.filter(({ path }) => isWithin(pathInTemplate(path), dependent));
}

/** Paths of the fields of a Job in which a placeholder becomes a number. */
export function numberPaths({ plan }: CompiledTemplate): string[] {
  return plan.strings.flatMap(({ path, type }) => (type === 'integer' || type === 'int-or-string' ? [path] : []));
}

/** Whether the template has a value of its own for the parameter. */
function hasValue({ default: value, schema }: Parameter): boolean {
  return [value, schema?.examples, schema?.enum, schema?.items?.enum].some((one) => (one ?? undefined) !== undefined);
}

function stringsWith(names: ReadonlySet<string>, { strings }: PlaceholderPlan): PlaceholderPlan['strings'] {
  return strings.filter(({ tokens }) => tokens.some((token) => token.kind === 'placeholder' && names.has(token.name)));
}

/** The longest path of a field, without a key of a map at its end. */
const LONGEST_PATH = 500;

/** An entry of a map of strings. What is wrong with it does not depend on the other entries. */
const ENTRY = /\.(?:labels|annotations|nodeSelector|matchLabels)\[[^\][]*\]$/;

function isWithin(path: string, parents: ReadonlySet<string>): boolean {
  if (parents.has(path)) return true;
  if (ENTRY.test(path)) return false;
  const beginnings = Array.from(path.slice(0, LONGEST_PATH).matchAll(/[.[]/g));
  return beginnings.some(({ index }) => parents.has(path.slice(0, index)));
}
