import type { JobRun } from '../../api/job-run.ts';
import { containerSayings, isSaid, listOf, saidFields, type ContainerSaying } from './container-overrides.ts';
import type { CompiledTemplate } from '../template/compile.ts';

/**
 * The field of the run that a field of its rendered Job comes from, for instance `spec.env[2].value` for
 * `spec.template.spec.containers[0].env[4].value`; `undefined` when it comes from the template.
 */
export function originInRun(path: string, run: JobRun, template: CompiledTemplate): string | undefined {
  return (
    ofContainer(path, run, template) ??
    ofJobOrPod(path, run) ??
    ofMetadata(path, run) ??
    ofParameter(path, run, template)
  );
}

const JOB_FIELD =
  /^spec\.(parallelism|completions|backoffLimit|activeDeadlineSeconds|ttlSecondsAfterFinished|suspend)\b(.*)$/;
const POD_FIELD = /^spec\.template\.spec\.(nodeSelector|tolerations|priorityClassName|priority)\b(.*)$/;
const CONTAINER_FIELD =
  /^spec\.template\.spec\.(containers|initContainers)\[(\d+)\]\.(args|command|envFrom|env|image|resources)\b(.*)$/;
const METADATA = /^(?:spec\.template\.)?metadata\.(labels|annotations)\b(.*)$/;

function ofJobOrPod(path: string, { spec }: JobRun): string | undefined {
  const [, name = '', rest = ''] = JOB_FIELD.exec(path) ?? POD_FIELD.exec(path) ?? [];
  const field = name === 'priority' ? 'priorityClassName' : name;
  if (field === '' || !isSaid((spec as unknown as Record<string, unknown>)[field])) return undefined;
  return `spec.${field}${rest}`;
}

function ofMetadata(path: string, { spec }: JobRun): string | undefined {
  const [, field, rest = ''] = METADATA.exec(path) ?? [];
  if (field !== 'labels' && field !== 'annotations') return undefined;
  const given = spec.metadata?.[field] ?? {};
  const [, key] = /^\[(.*)\]/.exec(rest) ?? [];
  const isTheirs = key === undefined ? Object.keys(given).length > 0 : Object.hasOwn(given, key);
  return isTheirs ? `spec.metadata.${field}${rest}` : undefined;
}

function ofContainer(path: string, run: JobRun, template: CompiledTemplate): string | undefined {
  const match = CONTAINER_FIELD.exec(path);
  if (match === null) return undefined;
  const [, list, index, field = '', rest = ''] = match;
  const { containers, initContainers } = template.content.spec.template.spec ?? {};
  const container = listOf(list === 'initContainers' ? initContainers : containers)[Number(index)];
  if (container === undefined) return undefined;
  const isFirst = container === containers?.[0];
  const saying = sayingOf(run, field, isFirst ? [undefined, container.name] : [container.name]);
  return saying && pathInside(saying, { field, rest, saying, container });
}

function pathInside({ path }: ContainerSaying, spot: Spot): string | undefined {
  const inside = insideOf(spot);
  return inside === undefined ? undefined : `${path}.${spot.field}${inside}`;
}

function sayingOf(run: JobRun, field: string, names: (string | undefined)[]): ContainerSaying | undefined {
  return containerSayings(run).find(
    (saying) => names.includes(saying.name) && saidFields(saying).some((said) => said === field),
  );
}

interface Spot {
  field: string;
  rest: string;
  saying: ContainerSaying;
  container: { env?: { name: string }[]; envFrom?: unknown[] };
}

/** The rest of the path below the run's own field; `undefined` where that part is the template's. */
function insideOf({ field, rest, saying, container }: Spot): string | undefined {
  const [, at = '', after = ''] = /^\[(\d+)\](.*)$/.exec(rest) ?? [];
  if (at === '') return field === 'resources' ? insideOfResources(rest, saying) : rest;
  if (field === 'env') return insideOfEnv(Number(at), after, { saying, container });
  if (field !== 'envFrom') return rest;
  const index = Number(at) - listOf(container.envFrom).length;
  return index < 0 ? undefined : `[${index}]${after}`;
}

/** Variables that the run names keep the template's place; the rest stand after the template's, in the run's order. */
function insideOfEnv(at: number, after: string, { saying, container }: Omit<Spot, 'field' | 'rest'>) {
  const ours = listOf(saying.fields.env).map(({ name }) => name);
  const theirs = Array.from(new Set(listOf(container.env).map(({ name }) => name)));
  const added = ours.filter((name) => !theirs.includes(name));
  const name = at < theirs.length ? theirs[at] : added[at - theirs.length];
  const index = name === undefined ? -1 : ours.lastIndexOf(name);
  return index === -1 ? undefined : `[${index}]${after}`;
}

function insideOfResources(rest: string, { fields }: ContainerSaying): string | undefined {
  const [, part, name] = /^\.(limits|requests)\[([^\]]*)\]/.exec(rest) ?? [];
  if (part !== 'limits' && part !== 'requests') return rest;
  return Object.hasOwn(fields.resources?.[part] ?? {}, name ?? '') ? rest : undefined;
}

/** A string of the template with one placeholder in it, for which the run gives the value. */
function ofParameter(path: string, run: JobRun, template: CompiledTemplate): string | undefined {
  const string = template.plan.strings.find((one) => one.path === path);
  const names = new Set((string?.tokens ?? []).flatMap((token) => (token.kind === 'placeholder' ? [token.name] : [])));
  const [name, ...others] = names;
  if (name === undefined || others.length > 0 || !Object.hasOwn(run.spec.parameters ?? {}, name)) return undefined;
  return `spec.parameters[${name}]`;
}
