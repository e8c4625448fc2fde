import { LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Document, ScalarTag, Tags } from 'yaml';
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
    const [wrong] = documents.flatMap(mistakesOf);
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

/** Octal numbers of YAML 1.2, which kubectl reads as well. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^-?0o[0-7_]+$/,
  resolve: (text) => Number(text.replaceAll(/[-_]/g, '')) * (text.startsWith('-') ? -1 : 1),
};

/**
 * kubectl reads YAML 1.1, in which `yes` is a boolean. It does not know its dates and its numbers to the base of 60.
 */
const DIALECT = {
  version: '1.1',
  customTags: (tags: Tags) => [
    OCTAL,
    ...tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp'))),
  ],
  prettyErrors: false,
  logLevel: 'silent',
} as const;

function valueOf(document: Document.Parsed): unknown {
  return document.toJS({ maxAliasCount: 1_000 });
}

/** kubectl sends objects as JSON. */
function mistakesOf(document: Document.Parsed): Mistake[] {
  const infinity = document.errors.length > 0 ? undefined : infinityIn(document);
  return infinity === undefined ? document.errors : [infinity];
}

function infinityIn(document: Document.Parsed): Mistake | undefined {
  let found: Mistake | undefined;
  visit(document, {
    Scalar(_key, { value, range }) {
      if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
      found = { pos: [range?.[0] ?? 0], message: `${value} is no number that JSON has` };
      return visit.BREAK;
    },
  });
  return found;
}

interface Mistake {
  pos: readonly [number, ...number[]];
  message: string;
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
