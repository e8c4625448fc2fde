import type { KubeObject } from '../../api/wire.ts';
import type { KubeList } from './request-options.ts';

/** What the server answered to a list request; `undefined` if it is no list. A proxy in front of it may answer with anything. */
export function listOf<T extends KubeObject>(answer: unknown): KubeList<T> | undefined {
  if (!hasItems(answer) || typeof answer.metadata !== 'object' || answer.metadata === null) return undefined;
  if (Array.isArray(answer.items)) return answer as KubeList<T>;
  // The server encodes an empty list of metadata with null instead of the items.
  return answer.items === null && isListKind(answer.kind)
    ? ({ ...answer, items: [] } as unknown as KubeList<T>)
    : undefined;
}

function hasItems(answer: unknown): answer is { kind?: unknown; items: unknown; metadata: unknown } {
  return typeof answer === 'object' && answer !== null && 'items' in answer && 'metadata' in answer;
}

function isListKind(kind: unknown): boolean {
  return typeof kind === 'string' && kind.endsWith('List');
}
