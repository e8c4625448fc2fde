import type { Job } from '../../api/wire.ts';
import { fieldType, SCHEMA_OF_SPEC, schemaOfElements, schemaOfField, type FieldType } from '../template/field-type.ts';

/** Valid wherever Kubernetes takes a quantity or a number. */
const QUANTITY = '1';
const NUMBER = 1;

/**
 * The Job with a valid value in place of those at these paths that the API server cannot decode: quantities, and numbers
 * of more than 32 bits. `undefined` if nothing changes. The API server checks nothing else in a Job that it cannot decode.
 */
export function withStandIns(job: Job, paths: readonly string[]): Job | undefined {
  const copy = structuredClone(job);
  const changed = paths.filter((path) => replaceAt(copy, path));
  return changed.length === 0 ? undefined : copy;
}

function replaceAt(job: Job, path: string): boolean {
  const segments = path.match(/\[[^\][]*\]|[^.[\]]+/g) ?? [];
  const [root, ...names] = segments.map((segment) => segment.replace(/^\[|\]$/g, ''));
  const last = names.pop();
  if (root !== 'spec' || last === undefined) return false;
  let schema: typeof SCHEMA_OF_SPEC | undefined = SCHEMA_OF_SPEC;
  let parent: unknown = job.spec;
  for (const name of names) {
    schema = schemaBelow(parent, schema, name);
    parent = fieldOf(parent, name);
  }
  const value = fieldOf(parent, last);
  const standIn = standInFor(value, fieldType(schemaBelow(parent, schema, last)));
  if (standIn === undefined || standIn === value) return false;
  (parent as Record<string, unknown>)[last] = standIn;
  return true;
}

function schemaBelow(parent: unknown, schema: typeof SCHEMA_OF_SPEC | undefined, name: string) {
  return Array.isArray(parent) ? schemaOfElements(schema) : schemaOfField(schema, name);
}

function standInFor(value: unknown, type: FieldType | undefined): string | number | undefined {
  if (type === 'quantity') return value === undefined ? undefined : QUANTITY;
  const isNumber = type === 'integer' || type === 'int-or-string';
  // As JavaScript's bitwise operators have it: the number in 32 bits.
  return isNumber && typeof value === 'number' && (value | 0) !== value ? NUMBER : undefined;
}

function fieldOf(parent: unknown, name: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) return undefined;
  return (parent as Record<string, unknown>)[name];
}
