import type { ErrorObject, SchemaValidateFunction } from 'ajv';

const validate: SchemaValidateFunction = (listType, list: unknown[], parentSchema, context) => {
  const keys = listType === 'map' ? (parentSchema?.['x-kubernetes-list-map-keys'] as string[]) : undefined;
  const errors = listType === 'atomic' ? [] : duplicates(list, keys, context?.instancePath ?? '');
  validate.errors = errors;
  return errors.length === 0;
};

const KEYWORD = 'x-kubernetes-list-type';

/** A keyword of ajv for lists in which Kubernetes permits no item twice: those of type `set`, and `map` by their keys. */
export const UNIQUE_ITEMS = { keyword: KEYWORD, type: 'array', errors: 'full', validate } as const;

function duplicates(list: readonly unknown[], keys: readonly string[] | undefined, at: string): Partial<ErrorObject>[] {
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const identity = keys === undefined ? item : keysOf(item, keys);
    const text = JSON.stringify(identity);
    if (identity === undefined || !seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ keyword: KEYWORD, instancePath: `${at}/${index}`, params: { identity }, data: item }];
  });
}

/** `undefined` for an item that lacks a key: the schema requires it. */
function keysOf(item: unknown, keys: readonly string[]): object | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const entries = Object.entries(item).filter(([name]) => keys.includes(name));
  return entries.length === keys.length
    ? Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : undefined;
}
