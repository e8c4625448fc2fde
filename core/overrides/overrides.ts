import type { JobRun, JobRunSpec } from '../../api/job-run.ts';
import { OVERRIDES, type Override } from '../../api/names.ts';
import type { JobSpec } from '../../api/wire.ts';
import {
  containerSayings,
  isSaid,
  listOf,
  mergedMap,
  saidFields,
  withContainerOverrides,
  type ContainerField,
  type ContainerSaying,
} from './container-overrides.ts';
import type { FieldError } from '../errors/field-error.ts';
import { metadataErrors } from './metadata-overrides.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { templateKeyOfRun } from '../template/template-key.ts';

/** Fields of a run that are the Job's of the same name. */
const JOB_FIELDS = [
  'parallelism',
  'completions',
  'backoffLimit',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
  'suspend',
] as const;
/** Fields of a run that are the Pod's of the same name. */
const POD_FIELDS = ['nodeSelector', 'tolerations', 'priorityClassName'] as const;

/** What a run overrides, by the names of the template's allow-list, each once, in the list's order. */
export function overridesOf(run: JobRun): Override[] {
  const said = new Set<Override>(usesOf(run).map(({ override }) => override));
  return OVERRIDES.filter((name) => said.has(name));
}

/** What a run overrides that the template does not allow, or cannot be overridden so. Paths are the run's. */
export function overrideErrors(template: CompiledTemplate, run: JobRun): FieldError[] {
  const { allowed } = template;
  const forbidden = usesOf(run)
    .filter(({ override }) => !allowed.includes(override))
    .map(({ path }) => notAllowed(path, run, allowed));
  return [...forbidden, ...containerErrors(template, run), ...metadataErrors(run)];
}

/** The same of `spec.suspend` alone, the one field of a stored run that may change. */
export function suspendErrors(template: CompiledTemplate, run: JobRun): FieldError[] {
  const { templateRef, templateKind, suspend } = run.spec;
  const spec = { templateRef, ...(templateKind && { templateKind }), ...(suspend !== undefined && { suspend }) };
  return overrideErrors(template, { ...run, spec });
}

/** The JobSpec with what the run overrides. Whether it may is not asked here. */
export function withOverrides(spec: JobSpec, run: JobRun): JobSpec {
  const podSpec = spec.template.spec;
  const template =
    podSpec === undefined
      ? spec.template
      : { ...spec.template, spec: { ...withContainerOverrides(podSpec, run), ...podFields(podSpec, run.spec) } };
  return { ...spec, ...jobFields(run.spec), template };
}

/** One field of a run that overrides something. */
interface Use {
  path: string;
  override: Override;
}

function usesOf(run: JobRun): Use[] {
  const { spec } = run;
  const [first, ...others] = containerSayings(run).map((saying) =>
    saidFields(saying).map((field) => ({ path: `${saying.path}.${field}`, override: overrideOf(field) })),
  );
  const plain = [...JOB_FIELDS, ...POD_FIELDS]
    .filter((field) => isSaid(spec[field]))
    .map((field) => ({ path: `spec.${field}`, override: field }));
  const metadata = Object.values(spec.metadata ?? {}).some(isSaid)
    ? [{ path: 'spec.metadata', override: 'metadata' as const }]
    : [];
  return [...(first ?? []), ...others.flat(), ...plain, ...metadata];
}

function overrideOf(field: ContainerField): Override {
  return field === 'envFrom' ? 'env' : field;
}

function notAllowed(path: string, run: JobRun, allowed: readonly Override[]): FieldError {
  const { kind, name } = templateKeyOfRun(run);
  const list = allowed.length === 0 ? 'no overrides' : `only ${allowed.join(', ')}`;
  return {
    path,
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${kind} "${name}" allows ${list}`,
  };
}

function containerErrors({ content }: CompiledTemplate, run: JobRun): FieldError[] {
  const podSpec = content.spec.template.spec;
  const containers = listOf(podSpec?.containers).map(({ name }) => name);
  const names = [...containers, ...listOf(podSpec?.initContainers).map(({ name }) => name)];
  const [top, ...byName] = containerSayings(run);
  const seen = new Set<string>();
  return byName.flatMap((saying) => {
    const { name = '', path } = saying;
    const errors = seen.has(name) ? [duplicate(path, name)] : [];
    seen.add(name);
    if (!names.includes(name)) return [...errors, noContainer(path, name, names)];
    return top && name === containers[0] ? [...errors, ...saidTwice(top, saying)] : errors;
  });
}

function duplicate(path: string, name: string): FieldError {
  return { path, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify({ name })}` };
}

function noContainer(path: string, name: string, names: readonly string[]): FieldError {
  const hint = didYouMean(nearNames(name, names));
  const known = names.map((known) => JSON.stringify(known)).join(', ');
  return {
    path: `${path}.name`,
    reason: 'FieldValueNotFound',
    message: `Not found: ${JSON.stringify(name)}: the template has no such container; ${hint === '' ? '' : `${hint} `}it has ${known}`,
  };
}

/** The first container can be spoken of at the top or by its name; the same field both ways is a contradiction. */
function saidTwice(top: ContainerSaying, byName: ContainerSaying): FieldError[] {
  const atTop = new Set(saidFields(top));
  return saidFields(byName)
    .filter((field) => atTop.has(field))
    .map((field) => ({
      path: `${byName.path}.${field}`,
      reason: 'FieldValueDuplicate',
      message: `Duplicate value: container "${byName.name ?? ''}" is the first one, and spec.${field} says the same of it; give one of the two`,
    }));
}

function jobFields(spec: JobRunSpec): Partial<JobSpec> {
  return Object.fromEntries(JOB_FIELDS.filter((field) => isSaid(spec[field])).map((field) => [field, spec[field]]));
}

type PodSpec = NonNullable<JobSpec['template']['spec']>;

/** An empty priority class is none; the API server takes the empty string for that. */
function podFields(podSpec: PodSpec, { nodeSelector, tolerations, priorityClassName }: JobRunSpec): Partial<PodSpec> {
  return {
    ...(isSaid(nodeSelector) && { nodeSelector: mergedMap(podSpec.nodeSelector, nodeSelector) }),
    ...(isSaid(tolerations) && { tolerations }),
    ...(isSaid(priorityClassName) && { priorityClassName }),
  };
}
