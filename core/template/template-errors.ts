import type { TemplateContent } from '../../api/job-template.ts';
import { OVERRIDES } from '../../api/names.ts';
import type { JobSpec } from '../../api/wire.ts';
import { MOST_ERRORS } from '../../api/limits.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { namedParameters, parameterDeclarationErrors } from '../parameters/declarations.ts';
import type { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { resultDeclarationErrors } from '../results/declarations.ts';
import { onePodErrors } from '../results/one-pod.ts';
import { jobMetadataErrors } from './job-metadata-errors.ts';
import { argumentErrors } from '../job/argument-length.ts';
import { placeholderErrors } from './placeholder-errors.ts';
import type { PlaceholderPlan } from './placeholder-plan.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

const POD_SPEC = FieldPath.of('spec', 'template', 'spec');
const ALLOW = FieldPath.of('overrides', 'allow');

/** The parts of the compiled template that the checks need. */
export interface Compilation {
  schemas: SchemaCompiler;
  plan: PlaceholderPlan;
}

/**
 * Why no run of this template can ever get a Job: no containers, wrong parameters, placeholders or overrides. What the API
 * server itself checks in a Job is left to a dry run. Paths are the template's.
 */
export function templateErrors(template: TemplateContent, { schemas, plan }: Compilation): FieldError[] {
  const parameters: unknown = template.parameters ?? [];
  const inParameters = [
    ...parameterDeclarationErrors(parameters, schemas),
    ...placeholderErrors(plan, namedParameters(parameters)),
  ];
  const ofResults = [...resultDeclarationErrors(template, schemas), ...onePodOfResults(template)];
  const beside = [...jobMetadataErrors(template.jobMetadata), ...allowErrors(template), ...ofResults];
  const inContainers = containerErrors(template);
  const tooLong = inContainers.length === 0 ? argumentErrors(template.spec) : [];
  return [...inContainers, ...tooLong, ...inParameters.slice(0, MOST_ERRORS), ...beside];
}

function onePodOfResults(template: TemplateContent): FieldError[] {
  const { results, spec } = template as { results?: unknown; spec?: Partial<JobSpec> | null };
  return Array.isArray(results) && results.length > 0 ? onePodErrors(spec ?? {}) : [];
}

function containerErrors(template: TemplateContent): FieldError[] {
  const { spec } = template as { spec?: { template?: { spec?: { containers?: unknown; initContainers?: unknown } } } };
  const { containers, initContainers } = spec?.template?.spec ?? {};
  if (Array.isArray(containers) && containers.length > 0) {
    return [...notContainers('containers', containers), ...notContainers('initContainers', initContainers)];
  }
  return [
    field.required(
      POD_SPEC.child('containers'),
      'a JobTemplate needs at least one container, with a name and an image',
    ),
  ];
}

/** The CRD has the same rule. This check also works without the CRD. */
function notContainers(name: string, list: unknown): FieldError[] {
  const path = POD_SPEC.child(name);
  if (!Array.isArray(list ?? [])) return [field.typeInvalid(path, OMITTED, 'must be a list of containers')];
  return errorsOfEach(((list ?? []) as unknown[]).entries(), ([index, container]) => {
    const isObject = typeof container === 'object' && container !== null && !Array.isArray(container);
    if (isObject) return [];
    return [field.typeInvalid(path.index(index), OMITTED, 'a container must be an object with a name and an image')];
  });
}

/** The CRD has the same rule, except for duplicates. This check also works without the CRD. */
function allowErrors(template: TemplateContent): FieldError[] {
  const allow = (template as { overrides?: { allow?: unknown } | null }).overrides?.allow ?? [];
  if (!Array.isArray(allow)) return [field.typeInvalid(ALLOW, allow, 'must be a list of what runs may override')];
  const seen = new Set<unknown>();
  return errorsOfEach(allow.entries(), ([index, name]: [number, unknown]) => {
    const path = ALLOW.index(index);
    if (!OVERRIDES.some((known) => known === name)) return [unknownOverride(name, path)];
    if (seen.has(name)) return [field.duplicate(path, name)];
    seen.add(name);
    return [];
  });
}

function unknownOverride(name: unknown, path: FieldPath): FieldError {
  const hint = typeof name === 'string' ? didYouMean(nearNames(name, OVERRIDES)) : '';
  return field.notSupported(path, name, { supported: OVERRIDES, hint });
}
