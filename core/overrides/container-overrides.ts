import type { ContainerOverride, JobRun } from '../../api/job-run.ts';
import type { JobSpec } from '../../api/wire.ts';

export type PodSpec = NonNullable<JobSpec['template']['spec']>;
export type Container = PodSpec['containers'][number];

/** Fields of a container that a run can say something of. */
export const CONTAINER_FIELDS = ['args', 'command', 'env', 'envFrom', 'image', 'resources'] as const;
export type ContainerField = (typeof CONTAINER_FIELDS)[number];

/** What a run says of one container, and where in the run it says so. */
export interface ContainerSaying {
  /** `spec`, or `spec.containers[2]`. */
  path: string;
  /** The container's name; `undefined` for the first container of the template. */
  name: string | undefined;
  fields: Omit<ContainerOverride, 'name'>;
}

/** All that a run says of containers: of the first at the top of spec, of others by name. `null` says nothing. */
export function containerSayings({ spec }: JobRun): ContainerSaying[] {
  const byName = listOf(spec.containers).map((override, index): ContainerSaying => {
    const { name, ...fields } = override;
    return { path: `spec.containers[${index}]`, name, fields };
  });
  return [{ path: 'spec', name: undefined, fields: spec }, ...byName];
}

/** The fields that are said something of; an empty value says that the template's is to be cleared. */
export function saidFields({ name, fields }: ContainerSaying): ContainerField[] {
  return CONTAINER_FIELDS.filter((field) => isSaid(fields[field]) && !(name === undefined && field === 'envFrom'));
}

/** The Pod spec with what the run says of its containers. A name of no container changes nothing. */
export function withContainerOverrides(podSpec: PodSpec, run: JobRun): PodSpec {
  const sayings = containerSayings(run).filter((saying) => saidFields(saying).length > 0);
  if (sayings.length === 0) return podSpec;
  const change = (container: Container, isFirst: boolean): Container =>
    sayings
      .filter(({ name }) => (name === undefined ? isFirst : name === container.name))
      .reduce(overridden, container);
  const containers = podSpec.containers.map((container, index) => change(container, index === 0));
  const { initContainers } = podSpec;
  if (!Array.isArray(initContainers)) return { ...podSpec, containers };
  return { ...podSpec, containers, initContainers: initContainers.map((container) => change(container, false)) };
}

function overridden(container: Container, saying: ContainerSaying): Container {
  const { args, command, env, envFrom, image, resources } = saying.fields;
  const said = new Set(saidFields(saying));
  return {
    ...container,
    ...(said.has('args') && { args: args ?? [] }),
    ...(said.has('command') && { command: command ?? [] }),
    ...(said.has('env') && { env: mergedEnv(container.env, env) }),
    ...(said.has('envFrom') && { envFrom: appended(container.envFrom, envFrom) }),
    ...(said.has('image') && image !== undefined && { image }),
    ...(said.has('resources') && { resources: mergedResources(container.resources, resources) }),
  };
}

type Env = Container['env'];

/** A variable of the template that the run names too gives its place to the run's; the rest of the run's follow. */
function mergedEnv(theirs: Env, ours: Env): NonNullable<Env> {
  const said = listOf(ours);
  if (said.length === 0) return [];
  const last = new Map(said.map((variable) => [variable.name, variable]));
  const taken = new Set<string>();
  const kept = listOf(theirs).flatMap((variable) => {
    const replacement = last.get(variable.name);
    if (replacement === undefined) return [variable];
    if (taken.has(variable.name)) return [];
    taken.add(variable.name);
    return [replacement];
  });
  return [...kept, ...said.filter(({ name }) => !taken.has(name))];
}

/** An empty list clears; others come after the template's, and so win over them. */
function appended<T>(theirs: readonly T[] | undefined, ours: readonly T[] | undefined): T[] {
  const said = listOf(ours);
  return said.length === 0 ? [] : [...listOf(theirs), ...said];
}

type Resources = NonNullable<Container['resources']>;

/** By resource name in limits and in requests; an empty map, of one of them or of the whole, clears. */
function mergedResources(theirs: Resources | undefined, ours: Resources | undefined): Resources {
  if (ours === undefined || Object.keys(ours).length === 0) return {};
  const { limits, requests, claims } = ours;
  return {
    ...theirs,
    ...(isSaid(limits) && { limits: mergedMap(theirs?.limits, limits) }),
    ...(isSaid(requests) && { requests: mergedMap(theirs?.requests, requests) }),
    ...(isSaid(claims) && { claims }),
  };
}

/** The second map over the first; an empty one clears. */
export function mergedMap<T>(theirs: Record<string, T> | undefined, ours: Record<string, T> | undefined) {
  const said = ours ?? {};
  return Object.keys(said).length === 0 ? {} : { ...theirs, ...said };
}

/** Absent and `null` are the same, as everywhere in Kubernetes. */
export function isSaid<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

export function listOf<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}
