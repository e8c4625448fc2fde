import type { JobRun } from '../../api/job-run.ts';
import { FieldPath } from '../errors/field-path.ts';
import { Origins } from '../overrides/origins.ts';
import { PARAMETERS, pathOfParameter, type ParameterValues } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { pathOfKey, type PlanNode } from '../template/placeholder-plan.ts';

/**
 * The origins of the strings of a Job that contain the values of parameters that the run sets. Paths
 * are those of the rendered Job: the elements that replace a `$(params.NAME[*])` are counted.
 */
export function parameterOrigins(template: CompiledTemplate, run: JobRun, values: ParameterValues): Origins {
  const origins = new Origins();
  const isSetByRun = (name: string): boolean => isSet(run.spec.parameters, name);
  const { root, jobMetadata } = template.plan;
  if (root) record({ node: root, path: FieldPath.of('spec'), field: 'spec' }, { origins, values, isSetByRun });
  if (jobMetadata) {
    record({ node: jobMetadata, path: FieldPath.of('metadata'), field: 'metadata' }, { origins, values, isSetByRun });
  }
  return origins;
}

function isSet(parameters: JobRun['spec']['parameters'] | null, name: string): boolean {
  return Object.hasOwn(parameters ?? {}, name) && (parameters?.[name] ?? null) !== null;
}

interface Place {
  node: PlanNode;
  path: FieldPath;
  /** Name of the nearest field. */
  field: string;
}

interface Recording {
  origins: Origins;
  values: ParameterValues;
  isSetByRun: (name: string) => boolean;
}

function record({ node, path, field }: Place, recording: Recording): void {
  switch (node.kind) {
    case 'string':
      recordString(node, path, recording);
      break;
    case 'list':
      recordList(node, { path, field }, recording);
      break;
    case 'map':
      for (const [key, inner] of node.fields) {
        record({ node: inner, path: pathOfKey(path, field, key), field: key }, recording);
      }
      break;
    case 'elements':
      // Its list records it.
      break;
  }
}

function recordString({ tokens }: Extract<PlanNode, { kind: 'string' }>, path: FieldPath, recording: Recording): void {
  const names = new Set(tokens.flatMap((token) => (token.kind === 'placeholder' ? [token.name] : [])));
  const [name, ...others] = Array.from(names).filter((one) => recording.isSetByRun(one));
  if (name === undefined) return;
  // Of several values, any can be the wrong one.
  recording.origins.replaced(path, others.length > 0 ? PARAMETERS : pathOfParameter(name));
}

function recordList(
  { items }: Extract<PlanNode, { kind: 'list' }>,
  { path, field }: Omit<Place, 'node'>,
  recording: Recording,
): void {
  // How many more elements than in the template the list has so far.
  let added = 0;
  for (const [index, node] of items) {
    if (node.kind !== 'elements') {
      record({ node, path: path.index(index + added), field }, recording);
      continue;
    }
    const elements = [recording.values.get(node.name) ?? []].flat();
    if (recording.isSetByRun(node.name)) {
      const range = { from: index + added, count: elements.length };
      recording.origins.inserted(path, pathOfParameter(node.name), range);
    }
    added += elements.length - 1;
  }
}
