import type { JobRun } from '../../api/job-run.ts';
import type { TemplateContent } from '../../api/job-template.ts';
import type { ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { JobSpec } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';
import { parameterValues, type ParameterValues } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { typedValue } from '../template/field-type.ts';
import type { PlanNode } from '../template/placeholder-plan.ts';
import { substitutedSize } from './job-size.ts';
import type { Token } from '../template/placeholder.ts';

type JobMetadata = NonNullable<TemplateContent['jobMetadata']>;

/** A JobSpec without placeholders, and the values that replaced them. */
export interface Substituted {
  spec: JobSpec;
  /** The labels and annotations that the template sets on the Job. */
  jobMetadata: JobMetadata;
  values: ParameterValues;
  /** The size of the JSON of a Job with this spec, in bytes. */
  bytes: number;
}

/**
 * Replaces the placeholders of the template's JobSpec and jobMetadata by the run's parameter values, or returns the errors of the values
 * (paths are the run's). The template must have no errors. Neither argument is changed. Parts without placeholders are
 * shared with the template.
 *
 * A value is inserted as it is: placeholders in it are not replaced. The kubelet expands some strings
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/). In these, each
 * `$` of a value is doubled, and the kubelet restores it. Where Kubernetes takes a number or a boolean and the placeholder is
 * the whole value, a number or a boolean stays one.
 */
export function substitute(template: CompiledTemplate, run: JobRun): Substituted | { errors: FieldError[] } {
  const resolved = parameterValues(template, run);
  if ('errors' in resolved) return resolved;
  const { spec, jobMetadata = {} } = template.content;
  const { root, jobMetadata: ofJob } = template.plan;
  const { values } = resolved;
  const size = substitutedSize(template, values);
  if ('error' in size) return { errors: [size.error] };
  return {
    bytes: size.bytes,
    spec: root === undefined ? spec : (replaced(spec, root, values) as JobSpec),
    jobMetadata: ofJob === undefined ? jobMetadata : (replaced(jobMetadata, ofJob, values) as JobMetadata),
    values,
  };
}

function replaced(value: unknown, node: PlanNode, values: ParameterValues): unknown {
  switch (node.kind) {
    case 'string':
      return typedString(node, values) ?? node.tokens.map((token) => textOf(token, node.kubelet, values)).join('');
    case 'elements':
      return elements(values.get(node.name), node);
    case 'list':
      return replacedList(value as unknown[], node.items, values);
    case 'map':
      return replacedMap(value as Record<string, unknown>, node.fields, values);
  }
}

function replacedList(list: unknown[], items: ReadonlyMap<number, PlanNode>, values: ParameterValues): unknown[] {
  return list.flatMap((value, index) => {
    const node = items.get(index);
    if (node === undefined) return [value];
    const result = replaced(value, node, values);
    return node.kind === 'elements' ? result : [result];
  });
}

function replacedMap(
  map: Record<string, unknown>,
  fields: ReadonlyMap<string, PlanNode>,
  values: ParameterValues,
): Record<string, unknown> {
  const changed = Array.from(fields, ([key, node]) => [key, replaced(map[key], node, values)] as const);
  return { ...map, ...Object.fromEntries(changed) };
}

function textOf(token: Token, kubelet: boolean, values: ParameterValues): string {
  switch (token.kind) {
    case 'placeholder':
      return valueText(values.get(token.name), kubelet);
    case 'escaped':
      return kubelet ? token.source : token.source.slice(1);
    case 'opener':
      // Escaped, so that the kubelet does not expand it and the value as a variable.
      return kubelet ? `$${token.source}` : token.source;
    default:
      return token.source;
  }
}

type Node<K extends PlanNode['kind']> = Extract<PlanNode, { kind: K }>;

/** The number or boolean that replaces the whole string; `undefined` if it is text. */
function typedString({ tokens, type }: Node<'string'>, values: ParameterValues): ScalarValue | undefined {
  const [token] = tokens;
  return tokens.length === 1 && token?.kind === 'placeholder' ? typedValue(type, values.get(token.name)) : undefined;
}

function elements(value: ParameterValue | undefined, { type, kubelet }: Node<'elements'>): ScalarValue[] {
  const list = Array.isArray(value) ? value : [value ?? []].flat();
  // Hundreds of thousands can be inserted. In most fields, a text stays as it is.
  if (type === undefined && list.every((element) => isInsertedAsItIs(element, kubelet))) return list;
  return list.map((element) => typedValue(type, element) ?? valueText(element, kubelet));
}

function isInsertedAsItIs(value: ScalarValue, kubelet: boolean): boolean {
  return typeof value === 'string' && !(kubelet && value.includes('$'));
}

/** In text, numbers and booleans are written as in JSON. */
function valueText(value: ScalarValue | ParameterValue | undefined, kubelet: boolean): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return kubelet && text.includes('$') ? text.replaceAll('$', () => '$$') : text;
}
