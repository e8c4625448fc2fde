import jsonPatchLibrary, { type Operation } from 'fast-json-patch';
import type { JobRun } from '../../../api/job-run.ts';

/** The only fields that the mutation changes. */
const MUTATED = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['metadata', 'deletionTimestamp'],
  ['metadata', 'deletionGracePeriodSeconds'],
  ['spec', 'templateRevision'],
  ['spec', 'suspend'],
  ['spec', 'resources'],
  ['spec', 'nodeSelector'],
  ['spec', 'containers'],
] as const;

/** The JSON Patch (RFC 6902) from one JobRun to its mutation. A value of `undefined` counts as absent, as it does in JSON. */
export function jobRunPatch(before: JobRun, after: JobRun): Operation[] {
  return MUTATED.flatMap(([parent, name]) =>
    jsonPatchLibrary
      .compare(only(before, parent, name), only(after, parent, name))
      .map((operation) => ({ ...operation, path: `/${parent}${operation.path}` })),
  );
}

/** An object with this field alone, or without any where the field is absent. */
function only(run: JobRun, parent: 'metadata' | 'spec', name: string): object {
  const value = (run[parent] as Record<string, unknown> | null | undefined)?.[name];
  return value === undefined ? {} : { [name]: isMap(value) ? withoutUndefined(value) : value };
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function withoutUndefined(map: object): object {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
