import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES, NAMESPACES } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { withCluster } from '../cluster/cluster.ts';
import type { ClusterFlags } from '../cluster/cluster-flags.ts';
import { contextNames } from '../cluster/load-cluster.ts';
import type { ClusterContext, Context } from '../context.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { storedRevisions } from '../templates/stored-revisions.ts';
import { findTemplate, templateKey } from '../templates/find-template.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { listedObjects } from '../watch/listed-objects.ts';
import { newestFirst } from '../watch/newest-first.ts';
import { DIRECTIVE, FILES, NOTHING } from './candidate.ts';
import type { Candidate, Offer } from './candidate.ts';
import { parameterCandidates } from './parameter-candidates.ts';
import type { Position } from './position.ts';

/** Somebody waits at a terminal. */
const LONGEST_MS = 3000;

type Source = (context: ClusterContext, position: Position) => Promise<Offer>;

/** By the name of the argument or the long flag whose value is completed. */
const SOURCES: Readonly<Record<string, Source>> = {
  template: async (context, { given }) => words(await templates(context, given.has('clusterTemplate'))),
  run: async (context, { args }) => ordered((await runs(context)).filter(({ value }) => !args.includes(value))),
  '--param': async (context, position) => parameterCandidates(await templateOf(context, position), position),
  '--container': async (context, position) => words(containers(await templateOf(context, position))),
  '--revision': async (context, { args: [name = ''] }) => ordered(await revisions(context, name)),
  '--namespace': async (context) => words(await names(context, NAMESPACES, {})),
};

/** Their values are names of files. */
const FILE_FLAGS: readonly string[] = ['--kubeconfig', '--params-file'];

/** The name of what is completed: that of an argument, or a long flag. `undefined`: there is no further argument. */
export function nameOf({ command, args, target }: Position): string | undefined {
  if (target.kind === 'value') return target.option.long ?? target.option.flags;
  const declared = command.registeredArguments;
  return (declared[args.length] ?? declared.findLast(({ variadic }) => variadic))?.name();
}

/** What an argument or a flag can be. An argument that is unknown here is a file. */
export async function fromCluster(context: Context, position: Position, name: string): Promise<Offer> {
  const source = Object.hasOwn(SOURCES, name) ? SOURCES[name] : undefined;
  const flags = clusterFlags(position);
  if (name === '--context') return words((await contextNames(flags, context.env)).map((value) => ({ value })));
  if (source === undefined) return FILE_FLAGS.includes(name) || !name.startsWith('--') ? FILES : NOTHING;
  const interrupted = AbortSignal.any([context.interrupted, AbortSignal.timeout(LONGEST_MS)]);
  return withCluster(flags, context.env, (cluster) => source({ ...context, ...cluster, interrupted }, position));
}

function clusterFlags({ given }: Position): ClusterFlags {
  const chosen = ['kubeconfig', 'context', 'namespace', 'as', 'asGroup', 'asUid'].flatMap((name) => {
    const value = given.get(name)?.at(-1);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...(Object.fromEntries(chosen) as ClusterFlags), requestTimeout: LONGEST_MS };
}

function words(candidates: readonly Candidate[]): Offer {
  return { candidates, directive: DIRECTIVE.noFiles };
}

function ordered(candidates: readonly Candidate[]): Offer {
  return { candidates, directive: DIRECTIVE.noFiles | DIRECTIVE.keepOrder };
}

async function templates(context: ClusterContext, isCluster: boolean): Promise<Candidate[]> {
  const found = isCluster
    ? await all<Template>(context, CLUSTER_JOB_TEMPLATES, {})
    : await all<Template>(context, JOB_TEMPLATES, { namespace: context.namespace });
  return found.map(({ metadata, parameters = [] }) => ({
    value: metadata.name ?? '',
    description: parameters.map(({ name }) => name).join(', '),
  }));
}

async function runs(context: ClusterContext): Promise<Candidate[]> {
  const found = await all<JobRun>(context, JOB_RUNS, { namespace: context.namespace });
  return found.sort(newestFirst).map(({ metadata, spec, status }) => ({
    value: metadata.name ?? '',
    description: `${spec.templateRef}, ${status?.phase ?? 'Pending'}, ${ageOf(context, metadata.creationTimestamp)}`,
  }));
}

async function names(context: ClusterContext, resource: Resource, page: object): Promise<Candidate[]> {
  const found = await all(context, resource, page);
  return found.map(({ metadata }) => ({ value: metadata?.name ?? '' }));
}

async function revisions(context: ClusterContext, template: string): Promise<Candidate[]> {
  const stored = await storedRevisions(context, template);
  return stored.map(({ revision, created }) => ({ value: revision, description: ageOf(context, created) }));
}

function containers(template: CompiledTemplate | undefined): Candidate[] {
  const pod = template?.content.spec.template.spec;
  return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name, image }) => ({
    value: name,
    description: image,
  }));
}

/** The template of the run that is started: the argument is its name, or that of the run that is repeated. */
async function templateOf(context: ClusterContext, position: Position): Promise<CompiledTemplate | undefined> {
  const { command, given, args } = position;
  const [name] = args;
  if (name === undefined) return undefined;
  if (command.registeredArguments[0]?.name() === 'template') {
    const key = templateKey(context, name, given.has('clusterTemplate'));
    return findTemplate(context, key, given.get('revision')?.at(-1));
  }
  const { client, namespace, interrupted: signal } = context;
  const { spec } = await client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  const key = templateKey(context, spec.templateRef, spec.templateKind === 'ClusterJobTemplate');
  return findTemplate(context, key, undefined);
}

async function all<T extends KubeObject>(context: ClusterContext, resource: Resource, selection: object): Promise<T[]> {
  const { client, interrupted: signal } = context;
  return (await listedObjects<T>({ client, resource, selection, signal })).items;
}

function ageOf({ now }: ClusterContext, time: string | undefined): string {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? '' : humanDuration(now() - ms);
}
