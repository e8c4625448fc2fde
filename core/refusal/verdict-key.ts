import { ANNOTATION_JOB_RUN_NAME, LABEL_APP_INSTANCE, LABEL_JOB_RUN } from '../../api/names.ts';
import type { Job, JobSpec } from '../../api/wire.ts';

type PodSpec = NonNullable<JobSpec['template']['spec']>;
type Container = PodSpec['containers'][number];
type Variable = NonNullable<Container['env']>[number];

const NAMED = new Set([ANNOTATION_JOB_RUN_NAME, LABEL_APP_INSTANCE, LABEL_JOB_RUN]);

/**
 * A key of everything in a Job that can change the API server's verdict: of two Jobs with the same key, either both are
 * accepted or neither is. The key leaves out what differs from run to run: the Job's name, labels and annotations that
 * contain the run's name, and the texts that the API server does not validate: arguments and the literal values of
 * variables.
 */
export function verdictKey({ spec, metadata }: Job): string {
  const podTemplate = spec?.template;
  const names = [metadata?.labels?.[LABEL_JOB_RUN], metadata?.annotations?.[ANNOTATION_JOB_RUN_NAME]];
  return JSON.stringify([
    metadata?.namespace,
    withoutNames(metadata, names),
    { ...spec, template: undefined },
    { ...withoutNames(podTemplate?.metadata, names), spec: podTemplate?.spec && withoutAllTexts(podTemplate.spec) },
  ]);
}

type StringMap = Record<string, string>;
type Metadata = { labels?: StringMap; annotations?: StringMap } | undefined;

function withoutNames(metadata: Metadata, names: readonly (string | undefined)[]): object {
  const without = (map: StringMap = {}): [string, string][] =>
    Object.entries(map).map(([key, value]) => [key, NAMED.has(key) && names.includes(value) ? '' : value]);
  return { labels: without(metadata?.labels), annotations: without(metadata?.annotations) };
}

function withoutAllTexts(podSpec: PodSpec): object {
  const { containers, initContainers } = podSpec;
  return {
    ...podSpec,
    containers: each(containers, withoutTexts),
    initContainers: each(initContainers, withoutTexts),
  };
}

function withoutTexts(container: Container): unknown {
  const { args, env } = container;
  return {
    ...container,
    ...(args && { args: each(args, typeOf) }),
    ...(env && { env: each(env, withoutValue) }),
  };
}

function withoutValue(variable: Variable): unknown {
  return variable.value === undefined ? variable : { ...variable, value: typeOf(variable.value) };
}

/** A value that is not a list, or an element that is not an object, is part of the key: the API server refuses it. */
function each<T>(list: readonly T[] | undefined, leaveOut: (one: T) => unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((one: T) => (one === null ? one : leaveOut(one)));
}

/** The API server refuses a value of another type, so the type is part of the key. */
function typeOf(value: unknown): string {
  return typeof value;
}
