import type { JobRun, JobRunSpec } from '../../api/job-run.ts';
import { OVERRIDES, type Override } from '../../api/names.ts';
import type { JobSpec } from '../../api/wire.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { templateKeyOfRun } from '../template/template-key.ts';
import {
  containerOverrides,
  fieldsSet,
  isSet,
  isStated,
  listOf,
  mergedMap,
  withContainerOverrides,
  type ContainerField,
  type PodSpec,
  type TargetedOverride,
} from './container-overrides.ts';
import { metadataErrors } from './metadata-overrides.ts';
import type { Origins } from './origins.ts';

/** Fields of a run that override the Job's field of the same name. */
const JOB_FIELDS = [
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
  'suspend',
] as const;
/** Fields of a run that override the Pod's field of the same name. */
const POD_FIELDS = ['nodeSelector', 'tolerations', 'priorityClassName'] as const;

const SPEC = FieldPath.of('spec');
const POD_SPEC = FieldPath.of('spec', 'template', 'spec');

/** What a run overrides, in the names and the order of {@link OVERRIDES}, without duplicates. */
export function overridesOf(run: JobRun): Override[] {
  const used = new Set<Override>(usesOf(run).map(({ override }) => override));
  return OVERRIDES.filter((name) => used.has(name));
}

/** Errors for overrides that the template does not allow, or that are not valid. Paths are the run's. */
export function overrideErrors(template: CompiledTemplate, run: JobRun): FieldError[] {
  return [
    ...notAllowedErrors(template, run),
    ...containerErrors(template, run),
    ...metadataErrors(run, template.content),
  ];
}

/** Errors for overrides that are not in the allow-list of the template. */
export function notAllowedErrors({ allowed }: CompiledTemplate, run: JobRun): FieldError[] {
  return errorsOfEach(usesOf(run), ({ override, path }) =>
    isAllowed(override, allowed) ? [] : [notAllowed(path, run, allowed)],
  );
}

/** The same errors for `spec.suspend` only, the one field of a stored run that can change. */
export function suspendErrors(template: CompiledTemplate, run: JobRun): FieldError[] {
  const { templateRef, templateKind, suspend } = run.spec;
  const spec = { templateRef, ...(templateKind && { templateKind }), ...(suspend !== undefined && { suspend }) };
  return overrideErrors(template, { ...run, spec });
}

/**
 * Applies the run's overrides to the JobSpec. Does not check whether the template allows them.
 * @param origins records which values came from the run.
 */
export function withOverrides(spec: JobSpec, run: JobRun, origins?: Origins): JobSpec {
  const podSpec = spec.template.spec;
  const template =
    podSpec === undefined
      ? spec.template
      : {
          ...spec.template,
          spec: { ...withContainerOverrides(podSpec, run, origins), ...podFields(podSpec, run.spec, origins) },
        };
  return { ...spec, ...jobFields(run.spec, origins), template };
}

/** One field of a run that overrides something. */
interface Use {
  path: FieldPath;
  override: Override;
}

function usesOf(run: JobRun): Use[] {
  const { spec } = run;
  const [first, ...others] = containerOverrides(run).map((override) =>
    fieldsSet(override).map((name) => ({ path: override.path.child(name), override: overrideOf(name) })),
  );
  const plain = [...JOB_FIELDS, ...POD_FIELDS]
    .filter((name) => (name === 'nodeSelector' ? isStated(spec[name]) : isSet(spec[name])))
    .map((name) => ({ path: SPEC.child(name), override: name }));
  const metadata = (['labels', 'annotations'] as const)
    .filter((name) => isStated(spec.metadata?.[name]))
    .map((name) => ({ path: SPEC.child('metadata', name), override: name }));
  return [...(first ?? []), ...others.flat(), ...plain, ...metadata];
}

function overrideOf(name: ContainerField): Override {
  return name === 'envFrom' ? 'env' : name;
}

/** `metadata` in an allow-list is the older word for both labels and annotations. */
function isAllowed(override: Override, allowed: readonly Override[]): boolean {
  const isMetadata = override === 'labels' || override === 'annotations';
  return allowed.includes(override) || (isMetadata && allowed.includes('metadata'));
}

function notAllowed(path: FieldPath, run: JobRun, allowed: readonly Override[]): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  const list = allowed.length === 0 ? 'no overrides' : `only ${allowed.join(', ')}`;
  return field.forbidden(path, `${kind} "${name}" allows ${list}`);
}

function containerErrors({ content }: CompiledTemplate, run: JobRun): FieldError[] {
  const podSpec = content.spec.template.spec;
  const containers = listOf(podSpec?.containers).map(({ name }) => name);
  const names = [...containers, ...listOf(podSpec?.initContainers).map(({ name }) => name)];
  const [top, ...byName] = containerOverrides(run);
  const seen = new Set<string>();
  const known = new Set(names);
  return errorsOfEach(byName, (override) => {
    const { name = '', path } = override;
    const errors = seen.has(name) ? [field.duplicate(path, { name })] : [];
    seen.add(name);
    if (!known.has(name)) return [...errors, noContainer(path, name, names)];
    return name === containers[0] ? [...errors, ...setTwice(top, override)] : errors;
  });
}

function noContainer(path: FieldPath, name: string, names: readonly string[]): FieldError {
  const hint = didYouMean(nearNames(name, names));
  const why = `the template has no such container; ${hint === '' ? '' : `${hint} `}it has ${quotedList(names)}`;
  return field.notFound(path.child('name'), name, why);
}

/** Fields of the first container that are set twice: at the top of spec, and by the container's name. */
function setTwice(top: TargetedOverride, byName: TargetedOverride): FieldError[] {
  const atTop = new Set(fieldsSet(top));
  return fieldsSet(byName)
    .filter((name) => atTop.has(name))
    .map((name) => {
      const why = `container "${byName.name ?? ''}" is the first one, and spec.${name} sets the same field of it; set one of the two`;
      return field.duplicate(byName.path.child(name), OMITTED, why);
    });
}

function jobFields(spec: JobRunSpec, origins?: Origins): Partial<JobSpec> {
  const names = JOB_FIELDS.filter((name) => isSet(spec[name]));
  for (const name of names) origins?.replaced(SPEC.child(name), SPEC.child(name));
  return Object.fromEntries(names.map((name) => [name, spec[name]]));
}

/** An empty priority class means no class: the API server accepts the empty string. */
function podFields(podSpec: PodSpec, spec: JobRunSpec, origins?: Origins): Partial<PodSpec> {
  const { nodeSelector, tolerations, priorityClassName } = spec;
  const siteOf = (name: string) => ({ job: POD_SPEC.child(name), run: SPEC.child(name), origins });
  const replaced = (name: string, runName = name): void => {
    origins?.replaced(POD_SPEC.child(name), SPEC.child(runName));
  };
  const fields: Partial<PodSpec> = {};
  if (isStated(nodeSelector)) {
    fields.nodeSelector = mergedMap(podSpec.nodeSelector, nodeSelector, siteOf('nodeSelector'));
  }
  if (isSet(tolerations)) {
    fields.tolerations = tolerations;
    replaced('tolerations');
  }
  if (isSet(priorityClassName)) {
    fields.priorityClassName = priorityClassName;
    replaced('priorityClassName');
    // Kubernetes derives the priority from the class.
    replaced('priority', 'priorityClassName');
  }
  return fields;
}
