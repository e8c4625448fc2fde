import type { JobRun } from '../../api/job-run.ts';
import type { ParameterValue, ScalarValue } from '../../api/parameter.ts';
import type { JobSpec } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';
import { parameterValues, type ParameterValues } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { PlanNode } from '../template/placeholder-plan.ts';
import type { Token } from '../template/placeholder.ts';

/** A JobSpec without placeholders, and the values that replaced them. */
export interface Substituted {
  spec: JobSpec;
  values: ParameterValues;
}

/**
 * Replaces the placeholders of the template's JobSpec by the run's parameter values, or returns the errors of the values
 * (paths are the run's). The template must have no errors. Neither argument is changed. Parts without placeholders are
 * shared with the template.
 *
 * A value is inserted as it is: placeholders in it are not replaced. The kubelet expands some strings
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/). In these, each
 * `$` of a value is doubled, and the kubelet restores it.
 */
export function substitute(template: CompiledTemplate, run: JobRun): Substituted | { errors: FieldError[] } {
  const resolved = parameterValues(template, run);
  if ('errors' in resolved) return resolved;
  const { spec } = template.content;
  const { root } = template.plan;
  const { values } = resolved;
  return { spec: root === undefined ? spec : (replaced(spec, root, values) as JobSpec), values };
}

function replaced(value: unknown, node: PlanNode, values: ParameterValues): unknown {
  switch (node.kind) {
    case 'string':
      return node.tokens.map((token) => textOf(token, node.kubelet, values)).join('');
    case 'elements':
      return elements(values.get(node.name), node.kubelet);
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

function elements(value: ParameterValue | undefined, kubelet: boolean): string[] {
  return [value ?? []].flat().map((element) => valueText(element, kubelet));
}

/** Numbers and booleans are written as in JSON. */
function valueText(value: ScalarValue | ParameterValue | undefined, kubelet: boolean): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return kubelet ? text.replaceAll('$', () => '$$') : text;
}
