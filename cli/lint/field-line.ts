import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';

/** Where the fields of a document are in its file. */
export interface Lines {
  document: Document.Parsed;
  counter: LineCounter;
}

interface Place {
  node: Node | null | undefined;
  offset: number;
}

/** `containers[0]` and `annotations[example.com/a]` have two segments each. */
const SEGMENT = /\[(?<key>[^\][]*)\]|(?<name>[^.[\]]+)/g;

/**
 * The line of a field; of a field that is missing, the line of the object that lacks it.
 *
 * @param path as Kubernetes writes it: `spec.template.spec.containers[0].image`
 */
export function lineOfField({ document, counter }: Lines, path: string): number {
  let place: Place = { node: document.contents, offset: document.contents?.range[0] ?? document.range[0] };
  for (const { groups } of path.matchAll(SEGMENT)) {
    const { key, name = '' } = groups ?? {};
    const next = childOf(resolved(place.node, document), key ?? name);
    if (next === undefined) break;
    place = next;
  }
  return counter.linePos(place.offset).line;
}

function resolved(node: Place['node'], document: Document.Parsed): Place['node'] {
  return isAlias(node) ? node.resolve(document) : node;
}

function childOf(node: Place['node'], segment: string): Place | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment);
    return pair && placeOf(pair.key, pair.value);
  }
  if (!isSeq(node)) return undefined;
  const item = node.items.find((one, index) => String(index) === segment || nameOf(one) === segment);
  return placeOf(item, item);
}

/** Runs name their containers, and paths can have these names in the place of an index. */
function nameOf(item: unknown): unknown {
  return isMap(item) ? item.get('name') : undefined;
}

function placeOf(start: unknown, node: unknown): Place | undefined {
  const offset = isNode(start) ? start.range?.[0] : undefined;
  return offset === undefined ? undefined : { node: isNode(node) ? node : undefined, offset };
}
