import { LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Tags } from 'yaml';
import { lineOfField } from './field-line.ts';

/** One object of a file. */
export interface SourceObject {
  file: string;
  value: unknown;
  /** The line of one of its fields. */
  lineOf: (path: string) => number;
}

export interface Documents {
  objects: SourceObject[];
  /** Why the file is not YAML. Then it has no objects. */
  mistake?: { line: number; message: string };
}

/** `kind: List` within a list. kubectl expands it, too. */
const DEEPEST_LIST = 5;

/** The objects of a file with YAML or JSON. Lists of Kubernetes count as their items. */
export function readDocuments(file: string, text: string): Documents {
  const counter = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, { ...DIALECT, lineCounter: counter });
    const documents = 'empty' in parsed ? [] : parsed;
    // The others often follow from the first.
    const [wrong] = documents.flatMap((document) => document.errors);
    if (wrong !== undefined) {
      return { objects: [], mistake: { line: counter.linePos(wrong.pos[0]).line, message: wrong.message } };
    }
    const objects = documents.map((document) => ({
      file,
      value: valueOf(document),
      lineOf: (path: string) => lineOfField({ document, counter }, path),
    }));
    return { objects: objects.flatMap((object) => itemsOf(object, 0)).filter(({ value }) => value !== null) };
  } catch (error) {
    // The parser is recursive, and expands no more aliases than is safe.
    const message = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    return { objects: [], mistake: { line: 1, message } };
  }
}

/**
 * kubectl reads YAML 1.1, in which `yes` is a boolean. It does not know its dates and its numbers to the base of 60.
 */
const DIALECT = {
  version: '1.1',
  customTags: (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp'))),
  prettyErrors: false,
  logLevel: 'silent',
} as const;

function valueOf(document: Document.Parsed): unknown {
  return document.toJS({ maxAliasCount: 1_000 });
}

function itemsOf(object: SourceObject, depth: number): SourceObject[] {
  const { kind, items } = (object.value ?? {}) as { kind?: unknown; items?: unknown };
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  if (!isList || depth >= DEEPEST_LIST) return [object];
  return items.flatMap((value: unknown, index) => {
    const at = `items[${index}]`;
    const lineOf = (path: string): number => object.lineOf(path === '' ? at : `${at}.${path}`);
    return itemsOf({ file: object.file, value, lineOf }, depth + 1);
  });
}
