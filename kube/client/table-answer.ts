/** The part of a table that has names. Each row has a cell for each column. */
interface Table {
  columnDefinitions: { format?: unknown }[];
  rows: { cells?: unknown[] }[] | null | undefined;
}

/**
 * The names of the objects in a table of the server; `undefined` for any other answer. The column of the names has a format
 * of its own (https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables).
 */
export function namesInTable(answer: unknown): string[] | undefined {
  if (!isTable(answer)) return undefined;
  const column = answer.columnDefinitions.findIndex(({ format }) => format === 'name');
  const names = (answer.rows ?? []).map(({ cells }) => cells?.[column]);
  return names.every((name) => typeof name === 'string') ? names : undefined;
}

function isTable(answer: unknown): answer is Table {
  const { kind, columnDefinitions, rows } = (answer ?? {}) as Record<string, unknown>;
  return kind === 'Table' && Array.isArray(columnDefinitions) && Array.isArray(rows ?? []);
}
