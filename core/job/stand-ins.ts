import type { Job } from '../../api/wire.ts';
import { fieldType, SCHEMA_OF_SPEC, schemaOfElements, schemaOfField } from '../template/field-type.ts';

const QUANTITY = '1';

/**
 * The Job with a valid quantity in place of those at these paths; `undefined` if nothing changes. The API server checks
 * nothing else in a Job with a quantity that it cannot parse.
 */
export function withQuantities(job: Job, paths: readonly string[]): Job | undefined {
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
    schema = Array.isArray(parent) ? schemaOfElements(schema) : schemaOfField(schema, name);
    parent = fieldOf(parent, name);
  }
  const value = fieldOf(parent, last);
  if (fieldType(schemaOfField(schema, last)) !== 'quantity' || value === undefined || value === QUANTITY) return false;
  (parent as Record<string, unknown>)[last] = QUANTITY;
  return true;
}

function fieldOf(parent: unknown, name: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name)) return undefined;
  return (parent as Record<string, unknown>)[name];
}
