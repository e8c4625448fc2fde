import type { ParameterValue } from '../../api/parameter.ts';
import { jsonBytes } from '../job/json-bytes.ts';
import type { PlanNode } from './placeholder-plan.ts';

/** How often a template uses a parameter. */
export interface Uses {
  /** In strings that are inserted as they are. */
  plain: number;
  /** In strings that the kubelet expands, where each `$` of the value is doubled. */
  expanded: number;
  /** As elements of a list. */
  elements: number;
}

/** The uses of each parameter, by name. */
export type SizePlan = ReadonlyMap<string, Uses>;

/** Counts the uses of each parameter, so that the size of a Job can be computed before any part of it is built. */
export function sizePlan(...roots: readonly (PlanNode | undefined)[]): SizePlan {
  const plan = new Map<string, Uses>();
  for (const root of roots) if (root) count(root, plan);
  return plan;
}

function count(node: PlanNode, plan: Map<string, Uses>): void {
  switch (node.kind) {
    case 'string':
      for (const token of node.tokens) {
        if (token.kind === 'placeholder') usesOf(token.name, plan)[node.kubelet ? 'expanded' : 'plain'] += 1;
      }
      break;
    case 'elements':
      usesOf(node.name, plan).elements += 1;
      break;
    case 'list':
      for (const item of node.items.values()) count(item, plan);
      break;
    case 'map':
      for (const field of node.fields.values()) count(field, plan);
      break;
  }
}

function usesOf(name: string, plan: Map<string, Uses>): Uses {
  const known = plan.get(name);
  if (known) return known;
  const uses = { plain: 0, expanded: 0, elements: 0 };
  plan.set(name, uses);
  return uses;
}

/** What the value of a parameter adds to the JSON of a Job, in bytes; at most 2 bytes a use too much. */
export function bytesOfValue(value: ParameterValue, { plain, expanded, elements }: Uses): number {
  const bytes = jsonBytes(value);
  const doubled = expanded + elements === 0 ? 0 : dollars(value);
  return bytes * (plain + expanded + elements) + doubled * (expanded + elements) + 2 * unquoted(value) * elements;
}

/** Elements that become text, in quotes, where the field takes text. */
function unquoted(value: ParameterValue): number {
  return Array.isArray(value) ? value.filter((element) => typeof element !== 'string').length : 0;
}

function dollars(value: ParameterValue): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + dollars(element), 0);
  return typeof value === 'string' ? value.split('$').length - 1 : 0;
}
