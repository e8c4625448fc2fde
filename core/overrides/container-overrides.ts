import type { ContainerOverride } from '../../api/container-override.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { JobSpec } from '../../api/wire.ts';
import { FieldPath } from '../errors/field-path.ts';
import type { MergedElement, Origins } from './origins.ts';

export type PodSpec = NonNullable<JobSpec['template']['spec']>;
export type Container = PodSpec['containers'][number];

/** Fields of a container that a run can override. */
export const CONTAINER_FIELDS = ['args', 'command', 'env', 'envFrom', 'image', 'resources'] as const;
export type ContainerField = (typeof CONTAINER_FIELDS)[number];

/** What a run overrides in one container. */
export interface TargetedOverride {
  /** Where the run sets the fields: `spec`, or `spec.containers[2]`. */
  path: FieldPath;
  /** The container's name; `undefined` for the first container of the template. */
  name: string | undefined;
  fields: Omit<ContainerOverride, 'name'>;
}

const SPEC = FieldPath.of('spec');
const POD_SPEC = FieldPath.of('spec', 'template', 'spec');

/** What a run overrides in containers: in the first one at the top of spec, in others by name. */
export function containerOverrides({ spec }: JobRun): [TargetedOverride, ...TargetedOverride[]] {
  const byName = listOf(spec.containers).map((override, index): TargetedOverride => {
    const { name, ...fields } = override;
    return { path: SPEC.child('containers').index(index), name, fields };
  });
  return [{ path: SPEC, name: undefined, fields: spec }, ...byName];
}

/** The fields that the run sets; an empty value clears the template's. */
export function fieldsSet({ name, fields }: TargetedOverride): ContainerField[] {
  const { resources } = fields;
  return CONTAINER_FIELDS.filter((field) => {
    if (field === 'resources')
      return isStated(resources) && (isEmpty(resources) || Object.values(resources).some(isStated));
    return isSet(fields[field]) && !(name === undefined && field === 'envFrom');
  });
}

/** Applies the run's overrides of containers to the Pod spec. An override for an unknown container changes nothing. */
export function withContainerOverrides(podSpec: PodSpec, run: JobRun, origins?: Origins): PodSpec {
  const overrides = containerOverrides(run).filter((override) => fieldsSet(override).length > 0);
  if (overrides.length === 0) return podSpec;
  const byName = Map.groupBy(overrides, ({ name }) => name);
  const change = (container: Container, path: FieldPath, isFirst: boolean): Container =>
    [...((isFirst ? byName.get(undefined) : undefined) ?? []), ...(byName.get(container.name) ?? [])].reduce(
      (changed, override) => overridden(changed, override, { path, origins }),
      container,
    );
  const changeAll = (list: Container[], path: FieldPath, hasFirst: boolean): Container[] =>
    list.map((container, index) => change(container, path.index(index), hasFirst && index === 0));
  const containers = changeAll(podSpec.containers, POD_SPEC.child('containers'), true);
  const { initContainers } = podSpec;
  if (!Array.isArray(initContainers)) return { ...podSpec, containers };
  return { ...podSpec, containers, initContainers: changeAll(initContainers, POD_SPEC.child('initContainers'), false) };
}

/** The path of a container, and the origins to record of its fields. */
interface Target {
  path: FieldPath;
  origins: Origins | undefined;
}

function overridden(container: Container, override: TargetedOverride, { path, origins }: Target): Container {
  return fieldsSet(override).reduce((changed, field) => {
    const at = { job: path.child(field), run: override.path.child(field), origins };
    return { ...changed, [field]: OVERRIDDEN[field](container, override.fields, at) };
  }, container);
}

/** Where a field is in the Job and in the run, and the origins to record. */
interface Site {
  job: FieldPath;
  run: FieldPath;
  origins: Origins | undefined;
}

type Override = (container: Container, fields: TargetedOverride['fields'], site: Site) => unknown;

const replacing =
  (field: ContainerField): Override =>
  (_container, fields, { job, run, origins }) => {
    origins?.replaced(job, run);
    return fields[field];
  };

/** How each field is overridden. */
const OVERRIDDEN: Record<ContainerField, Override> = {
  args: replacing('args'),
  command: replacing('command'),
  image: replacing('image'),
  env: (container, { env }, site) => mergedList(mergedEnv(listOf(container.env), listOf(env)), site),
  envFrom: (container, { envFrom }, site) => mergedList(appended(listOf(container.envFrom), listOf(envFrom)), site),
  resources: (container, { resources = {} }, site) => mergedResources(container.resources, resources, site),
};

function mergedList<T>(elements: readonly MergedElement<T>[], { job, run, origins }: Site): T[] {
  origins?.mergedList(job, run, elements);
  return elements.map(({ value }) => value);
}

const ofTemplate = <T>(value: T, index: number): MergedElement<T> => ({ value, from: 'template', index });
const ofRun = <T>(value: T, index: number): MergedElement<T> => ({ value, from: 'run', index });

type Variable = NonNullable<Container['env']>[number];

/** Variables of the run replace those of the template by name. The others are appended. An empty list clears. */
function mergedEnv(fromTemplate: readonly Variable[], fromRun: readonly Variable[]): MergedElement<Variable>[] {
  if (fromRun.length === 0) return [];
  const own = fromRun.map(ofRun);
  const last = new Map(own.map((element) => [element.value.name, element]));
  const replaced = new Set<string>();
  const inPlace = fromTemplate.flatMap((variable, index) => {
    const replacement = last.get(variable.name);
    if (replacement === undefined) return [ofTemplate(variable, index)];
    if (replaced.has(variable.name)) return [];
    replaced.add(variable.name);
    return [replacement];
  });
  return [...inPlace, ...own.filter(({ value }) => !replaced.has(value.name))];
}

/** Appends the run's elements, so that they take precedence over the template's. An empty list clears. */
function appended<T>(fromTemplate: readonly T[], fromRun: readonly T[]): MergedElement<T>[] {
  return fromRun.length === 0 ? [] : [...fromTemplate.map(ofTemplate), ...fromRun.map(ofRun)];
}

type Resources = NonNullable<Container['resources']>;

/** Merges limits and requests by resource name. An empty `limits` or `requests` clears it; an empty map clears both. */
function mergedResources(
  fromTemplate: Resources | undefined,
  fromRun: Resources,
  { job, run, origins }: Site,
): Resources {
  if (Object.keys(fromRun).length === 0) {
    origins?.replaced(job, run);
    return {};
  }
  origins?.mergedMap(job, run, []);
  const merged: Resources = { ...fromTemplate };
  for (const field of ['limits', 'requests'] as const) {
    const site = { job: job.child(field), run: run.child(field), origins };
    // If a request exceeds its limit, the API server reports the request, even if the run sets only the limit.
    if (isStated(fromRun[field])) merged[field] = mergedMap(fromTemplate?.[field], fromRun[field], site);
    else origins?.mergedMap(site.job, site.run, []);
  }
  if (isSet(fromRun.claims)) {
    origins?.replaced(job.child('claims'), run.child('claims'));
    merged.claims = fromRun.claims;
  }
  return merged;
}

type StringMap = Record<string, string>;

/** Merges the run's map into the template's; the run's entries take precedence. An empty map clears. */
export function mergedMap(
  fromTemplate: StringMap | undefined,
  fromRun: StringMap,
  { job, run, origins }: Site,
): StringMap {
  if (isEmpty(fromRun)) {
    origins?.replaced(job, run);
    return {};
  }
  const set = withoutNulls(fromRun);
  origins?.mergedMap(job, run, Object.keys(set));
  return { ...fromTemplate, ...set };
}

/** The map without the entries that are `null`, which set nothing. */
export function withoutNulls(map: StringMap): StringMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => isSet(value)));
}

/** Whether a map or list sets or clears something. One whose values are all `null` does neither. */
export function isStated<T extends object>(map: T | null | undefined): map is T {
  return isSet(map) && (isEmpty(map) || Object.values(map).some(isSet));
}

function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}

/** Absent and `null` are the same, as everywhere in Kubernetes. */
export function isSet<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

export function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}
