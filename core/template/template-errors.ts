import type { TemplateContent } from '../../api/job-template.ts';
import { OVERRIDES } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';
import { namedParameters, parameterDeclarationErrors } from '../parameters/declarations.ts';
import type { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { placeholderErrors } from './placeholder-errors.ts';
import type { PlaceholderPlan } from './placeholder-plan.ts';
import { quoted, quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

/** More errors than a person reads are left out. */
const MOST_ERRORS = 50;

/** What is compiled of the template, and needed to check it. */
export interface Compilation {
  schemas: SchemaCompiler;
  plan: PlaceholderPlan;
}

/**
 * What keeps a template from ever making a Job, as far as it can be told without asking the API server: no containers,
 * parameters and placeholders that cannot be meant so, overrides that there are none of. Whatever the API server itself
 * checks in a Job is left to it. Paths are the template's.
 */
export function templateErrors(template: TemplateContent, { schemas, plan }: Compilation): FieldError[] {
  const parameters: unknown = template.parameters ?? [];
  const inParameters = [
    ...parameterDeclarationErrors(parameters, schemas),
    ...placeholderErrors(plan, namedParameters(parameters)),
  ];
  return [...containerErrors(template), ...inParameters.slice(0, MOST_ERRORS), ...allowErrors(template)];
}

function containerErrors(template: TemplateContent): FieldError[] {
  const { spec } = template as { spec?: { template?: { spec?: { containers?: unknown; initContainers?: unknown } } } };
  const { containers, initContainers } = spec?.template?.spec ?? {};
  if (Array.isArray(containers) && containers.length > 0) {
    return [...notContainers('containers', containers), ...notContainers('initContainers', initContainers)];
  }
  return [
    {
      path: 'spec.template.spec.containers',
      reason: 'FieldValueRequired',
      message: 'Required value: a JobTemplate needs at least one container, with a name and an image',
    },
  ];
}

/** The CRD says so too; this holds without it. */
function notContainers(field: string, list: unknown): FieldError[] {
  const path = `spec.template.spec.${field}`;
  const reason = 'FieldValueTypeInvalid';
  if (!Array.isArray(list ?? [])) return [{ path, reason, message: 'Invalid value: must be a list of containers' }];
  const message = 'Invalid value: a container must be an object with a name and an image';
  return ((list ?? []) as unknown[]).flatMap((container, index) => {
    const isObject = typeof container === 'object' && container !== null && !Array.isArray(container);
    return isObject ? [] : [{ path: `${path}[${index}]`, reason, message }];
  });
}

/** The CRD says so too, except for names that are there twice; this holds without it. */
function allowErrors(template: TemplateContent): FieldError[] {
  const allow = (template as { overrides?: { allow?: unknown } | null }).overrides?.allow ?? [];
  if (!Array.isArray(allow)) {
    const message = `Invalid value: ${quoted(allow)}: must be a list of what runs may override`;
    return [{ path: 'overrides.allow', reason: 'FieldValueTypeInvalid', message }];
  }
  return allow.flatMap((name: unknown, index) => {
    const path = `overrides.allow[${index}]`;
    if (!OVERRIDES.some((known) => known === name)) return [unknownOverride(name, path)];
    if (allow.indexOf(name) === index) return [];
    return [{ path, reason: 'FieldValueDuplicate', message: `Duplicate value: ${quoted(name)}` } as const];
  });
}

function unknownOverride(name: unknown, path: string): FieldError {
  const near = typeof name === 'string' ? didYouMean(nearNames(name, OVERRIDES)) : '';
  const message = `Unsupported value: ${quoted(name)}: supported values: ${quotedList(OVERRIDES)}`;
  return { path, reason: 'FieldValueNotSupported', message: near === '' ? message : `${message}; ${near}` };
}
