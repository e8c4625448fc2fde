import { isMap, isScalar, parseDocument, type Document, type Node, type Pair, type YAMLMap } from 'yaml';

/** One documented value of the chart. */
export interface ChartValue {
  /** `tls.mode` */
  path: string;
  /** The value in values.yaml. */
  default: unknown;
  description: string;
}

/**
 * The values of a values.yaml whose comments begin with `# --`, in order. A key without such a comment must be a map, whose
 * keys are documented instead.
 *
 * @throws if a key is neither.
 */
export function documentedValues(valuesYaml: string): ChartValue[] {
  const document = parseDocument(valuesYaml);
  if (document.errors[0] !== undefined) throw document.errors[0];
  if (!isMap(document.contents)) throw new Error('values.yaml must be a map');
  return valuesOf(document, document.contents, []);
}

function valuesOf(document: Document, map: YAMLMap, parents: string[]): ChartValue[] {
  return map.items.flatMap((pair, index) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const path = [...parents, key];
    // The parser assigns the comment before a map's first key to the map.
    const description = describe(pair) ?? (index === 0 ? describeComment(map.commentBefore) : undefined);
    if (description !== undefined) {
      const value: unknown = (pair.value as Node).toJS(document);
      return [{ path: path.join('.'), default: value, description }];
    }
    if (isMap(pair.value)) return valuesOf(document, pair.value, path);
    throw new Error(`values.yaml: ${path.join('.')} needs a comment that begins with \`# --\``);
  });
}

const describe = (pair: Pair): string | undefined => describeComment((pair.key as Node).commentBefore);

/** The part of a comment from its last ` --` on, as one line. */
function describeComment(comment: string | null | undefined): string | undefined {
  const start = comment?.lastIndexOf(' -- ') ?? -1;
  if (comment === null || comment === undefined || start === -1) return undefined;
  return comment
    .slice(start + 4)
    .split('\n')
    .map((line) => line.trim())
    .join(' ');
}

/** A Markdown table of the documented values. */
export function valuesTable(valuesYaml: string): string {
  const rows = documentedValues(valuesYaml).map(
    (value) =>
      `| \`${value.path}\` | \`${JSON.stringify(value.default)}\` | ${value.description.replaceAll('|', '\\|')} |`,
  );
  return ['| Value | Default | What it is |', '| --- | --- | --- |', ...rows].join('\n');
}
