import type { ContainerOverride } from '../../api/container-override.ts';
import type { JobRun, JobRunSpec } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import type { ParameterValue } from '../../api/parameter.ts';
import type { FlagMistake } from './flag-mistake.ts';
import type { ContentFlags } from './run-flags.ts';
import { randomName } from './random-name.ts';

export interface RunContent {
  template: string;
  namespace: string;
  flags: ContentFlags;
  parameters: Record<string, ParameterValue>;
  /** The arguments after `--`. `undefined`: those of the template. An empty list clears them. */
  args: readonly string[] | undefined;
}

/** The run that the flags describe, without fields that nobody set. */
export function runManifest(content: RunContent): { run: JobRun; mistakes: FlagMistake[] } {
  const { template, namespace, flags, parameters } = content;
  const mistakes: FlagMistake[] = [];
  const { container, ...fields } = containerOf(content, mistakes);
  const metadata = metadataOf(flags, mistakes);
  const spec: JobRunSpec = {
    templateRef: template,
    ...(flags.clusterTemplate === true && { templateKind: 'ClusterJobTemplate' as const }),
    ...(flags.revision !== undefined && { templateRevision: flags.revision }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(container === undefined ? fields : { containers: [{ name: container, ...fields }] }),
    ...(metadata && { metadata }),
    ...(flags.suspend === true && { suspend: true }),
  };
  const name = flags.name ?? randomName(template);
  return { run: { apiVersion: API_VERSION, kind: 'JobRun', metadata: { name, namespace }, spec }, mistakes };
}

function metadataOf(flags: ContentFlags, mistakes: FlagMistake[]): JobRunSpec['metadata'] {
  const labels = pairs('--label', flags.label, mistakes);
  const annotations = pairs('--annotation', flags.annotation, mistakes);
  return labels || annotations ? { ...(labels && { labels }), ...(annotations && { annotations }) } : undefined;
}

type ContainerFields = Omit<ContainerOverride, 'name'> & { container?: string };

function containerOf({ flags, args }: RunContent, mistakes: FlagMistake[]): ContainerFields {
  const { container, image } = flags;
  const env = pairs('-e', flags.env, mistakes);
  const amounts = Object.entries({ cpu: flags.cpu, memory: flags.memory }).filter(([, amount]) => amount !== undefined);
  const quantities = Object.fromEntries(amounts) as Record<string, string>;
  const fields = {
    ...(args && { args: [...args] }),
    ...(env && { env: Object.entries(env).map(([name, value]) => ({ name, value })) }),
    ...(image !== undefined && { image }),
    ...(amounts.length > 0 && { resources: { requests: quantities, limits: quantities } }),
  };
  if (container === undefined) return fields;
  if (Object.keys(fields).length === 0) mistakes.push({ flag: '--container', message: 'sets nothing by itself' });
  return { container, ...fields };
}

/** `KEY=VALUE` of a flag that can be repeated; the last of a key counts. */
function pairs(flag: string, given: readonly string[] | undefined, mistakes: FlagMistake[]) {
  if (given === undefined) return undefined;
  const entries = given.map((one): [string, string] => {
    const at = one.indexOf('=');
    if (at < 1) mistakes.push({ flag: `${flag} ${one}`, message: 'must have the form KEY=VALUE' });
    return [one.slice(0, at), one.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}
