import type { FieldPath } from '../errors/field-path.ts';

/** An element of a list that was merged from the template's list and the run's. */
export interface MergedElement<T> {
  value: T;
  from: 'template' | 'run';
  /** The element's index in the list that it came from. */
  index: number;
}

/** A field of a Job, and the fields below it by the segments of their paths. */
interface Node {
  /** The field of the run that the value came from. */
  runPath?: FieldPath;
  /** Whether the values below it came from the run, too. Those of a merged list or map have origins of their own. */
  whole: boolean;
  children: Map<string, Node>;
  /** Elements of this list that are elements of a list of the run. A list can have hundreds of thousands of them. */
  ranges: Range[];
  /** Entries of this map that are entries of a map of the run. There can be thousands of them. */
  entries?: Entries;
}

/** The keys of a map of the run. */
interface Entries {
  keys: ReadonlySet<string>;
  runPath: FieldPath;
}

/** `count` elements of a list of the Job, and the list of the run whose elements they are. */
interface Range {
  from: number;
  count: number;
  runPath: FieldPath;
}

/**
 * The fields of a run that the values of its Job came from, recorded while the run's parameters and overrides are applied.
 * Paths of the Job are as the API server writes them. A value without an origin came from the template.
 */
export class Origins {
  readonly #root = newNode();

  /** The path in the run of the value at `jobPath`; `undefined` if the value came from the template. */
  of(jobPath: string): string | undefined {
    let node = this.#root;
    let nearest = { node, end: 0 };
    let end = 0;
    for (const segment of segments(jobPath)) {
      const entry = node.entries && entryOf(node.entries, jobPath.slice(end));
      if (entry !== undefined) return entry;
      const element = elementOf(node, segment);
      if (element !== undefined) return `${String(element)}${jobPath.slice(end + segment.length)}`;
      const child = node.children.get(segment);
      if (child === undefined) break;
      node = child;
      end += segment.length;
      if (node.runPath !== undefined) nearest = { node, end };
    }
    const { runPath, whole } = nearest.node;
    if (runPath === undefined || (!whole && nearest.end < jobPath.length)) return undefined;
    return `${String(runPath)}${jobPath.slice(nearest.end)}`;
  }

  /** Records that the run's value replaced the value at `jobPath`. */
  replaced(jobPath: FieldPath, runPath: FieldPath): void {
    const node = this.#at(jobPath);
    delete node.entries;
    Object.assign(node, { runPath, whole: true, children: new Map(), ranges: [] });
  }

  /** Records that elements of the list at `jobPath`, from an index on, are the elements of the run's list. */
  inserted(jobPath: FieldPath, runPath: FieldPath, { from, count }: { from: number; count: number }): void {
    this.#at(jobPath).ranges.push({ from, count, runPath });
  }

  /** Records that the run's entries with these keys were merged into the map at `jobPath`. */
  mergedMap(jobPath: FieldPath, runPath: FieldPath, keys: readonly string[]): void {
    Object.assign(this.#at(jobPath), { runPath, whole: false, entries: { keys: new Set(keys), runPath } });
  }

  /** Records that the list at `jobPath` was merged from these elements. */
  mergedList(jobPath: FieldPath, runPath: FieldPath, elements: readonly MergedElement<unknown>[]): void {
    const list = this.#at(jobPath);
    const before = list.children;
    Object.assign(list, { runPath, whole: false, children: new Map(), ranges: [] });
    for (const [position, { from, index }] of elements.entries()) {
      const known = from === 'template' ? before.get(`[${index}]`) : undefined;
      if (from === 'run') this.replaced(jobPath.index(position), runPath.index(index));
      else if (known) list.children.set(`[${position}]`, known);
    }
  }

  #at(jobPath: FieldPath): Node {
    let node = this.#root;
    for (const segment of segments(String(jobPath))) {
      let child = node.children.get(segment);
      if (child === undefined) node.children.set(segment, (child = newNode()));
      node = child;
    }
    return node;
  }
}

function newNode(): Node {
  return { whole: false, children: new Map(), ranges: [] };
}

/**
 * The entry of the run's map at the end of a path, after that of the map. A key can contain any character, so what is
 * between the first bracket and the last one is looked up, and then what is before the first closing bracket.
 */
function entryOf({ keys, runPath }: Entries, rest: string): string | undefined {
  if (!rest.startsWith('[')) return undefined;
  for (const end of [rest.lastIndexOf(']'), rest.indexOf(']')]) {
    const key = rest.slice(1, end);
    if (end !== -1 && keys.has(key)) return `${String(runPath.key(key))}${rest.slice(end + 1)}`;
  }
  return undefined;
}

/** The element of the run's list that became this element, if it was inserted with others. */
function elementOf({ ranges }: Node, segment: string): FieldPath | undefined {
  if (ranges.length === 0 || !segment.startsWith('[')) return undefined;
  const index = Number(segment.slice(1, -1));
  const range = ranges.find(({ from, count }) => from <= index && index < from + count);
  return range?.runPath.index(index - range.from);
}

/** More than the path of any field has. */
const MOST_SEGMENTS = 64;

/**
 * Splits a path into segments: `spec`, `.args`, `[0]`. A key that contains a dot has several segments. A key with very
 * many dots is not split to its end, so that it does not cost memory for each of them.
 */
function segments(path: string): string[] {
  const found: string[] = [];
  let end = 0;
  for (const [segment] of path.matchAll(/[.[]?[^.[]+|[.[]/g)) {
    if (found.length === MOST_SEGMENTS) return [...found, path.slice(end)];
    found.push(segment);
    end += segment.length;
  }
  return found;
}
