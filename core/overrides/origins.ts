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
    Object.assign(this.#at(jobPath), { runPath, whole: true, children: new Map() });
  }

  /** Records that the run's entries with these keys were merged into the map at `jobPath`. */
  mergedMap(jobPath: FieldPath, runPath: FieldPath, keys: readonly string[]): void {
    Object.assign(this.#at(jobPath), { runPath, whole: false });
    for (const key of keys) this.replaced(jobPath.key(key), runPath.key(key));
  }

  /** Records that the list at `jobPath` was merged from these elements. */
  mergedList(jobPath: FieldPath, runPath: FieldPath, elements: readonly MergedElement<unknown>[]): void {
    const list = this.#at(jobPath);
    const before = list.children;
    Object.assign(list, { runPath, whole: false, children: new Map() });
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
  return { whole: false, children: new Map() };
}

/** Splits a path into segments: `spec`, `.args`, `[0]`. A key that contains a dot has several segments. */
function segments(path: string): string[] {
  return path.match(/[.[]?[^.[]+/g) ?? [];
}
