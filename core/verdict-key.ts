import type { Job, JobSpec } from '../api/wire.ts';

type PodSpec = NonNullable<JobSpec['template']['spec']>;
type Container = PodSpec['containers'][number];

/**
 * What of a Job can change the API server's verdict on it, as text: two Jobs of the same key are accepted alike. Left out
 * is what only tells one run from another: the Job's name and the values of `named` labels and annotations, and the texts
 * that the API server never looks into: arguments and the literal values of variables.
 *
 * @param named keys of labels and annotations whose values follow from the run's name.
 */
export function verdictKey({ spec, metadata }: Job, named: ReadonlySet<string>): string {
  const podTemplate = spec?.template;
  return JSON.stringify([
    metadata?.namespace,
    withoutMetadataValues(metadata, named),
    { ...spec, template: undefined },
    {
      ...withoutMetadataValues(podTemplate?.metadata, named),
      spec: podTemplate?.spec && withoutAllTexts(podTemplate.spec),
    },
  ]);
}

type Metadata = { labels?: Record<string, string>; annotations?: Record<string, string> } | undefined;

function withoutMetadataValues(metadata: Metadata, named: ReadonlySet<string>): object {
  return {
    labels: withoutValues(metadata?.labels, named),
    annotations: withoutValues(metadata?.annotations, named),
  };
}

function withoutAllTexts(podSpec: PodSpec): object {
  const { containers, initContainers } = podSpec;
  return { ...podSpec, containers: containers.map(withoutTexts), initContainers: initContainers?.map(withoutTexts) };
}

function withoutValues(map: Record<string, string> | undefined, named: ReadonlySet<string>): [string, string][] {
  return Object.entries(map ?? {}).map(([key, value]) => [key, named.has(key) ? '' : value]);
}

function withoutTexts(container: Container): Container {
  const { args, env } = container;
  return {
    ...container,
    ...(args && { args: args.map(typeOf) }),
    ...(env && { env: env.map((one) => (one.value === undefined ? one : { ...one, value: typeOf(one.value) })) }),
  };
}

/** A value of a wrong type is another verdict. */
function typeOf(value: unknown): string {
  return typeof value;
}
