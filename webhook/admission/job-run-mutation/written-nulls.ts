import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../../api/job-run.ts';
import { LAST_APPLIED_ANNOTATION } from '../../../api/names.ts';

type Fields = Record<string, unknown>;

/**
 * Restores entries that the manifest sets to `null`, and that `kubectl apply` drops before it sends the object: from
 * `limits: {cpu: null}`, an empty map remains, which would clear all limits of the template. An entry that is `null` sets
 * nothing. A field that an update does not change stays as it is stored: it is immutable.
 */
export function withWrittenNulls(run: JobRun, before: JobRun | undefined): JobRun {
  const text: unknown = run.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (typeof text !== 'string' || !text.includes('null')) return run;
  const written = objectOf(objectOf(parsed(text))['spec']);
  const spec = objectOf(run.spec);
  const stored = before === undefined ? undefined : objectOf(before.spec);
  const restored = Object.entries({ ...restoredMaps(spec, written), ...restoredContainers(spec, written) }).filter(
    ([name]) => stored === undefined || !isDeepStrictEqual(spec[name], stored[name]),
  );
  return restored.length === 0 ? run : { ...run, spec: { ...run.spec, ...Object.fromEntries(restored) } };
}

/** The maps of `spec` whose entries can be `null`. */
function restoredMaps(spec: Fields, written: Fields): Fields {
  const { resources, nodeSelector, metadata } = spec;
  return {
    ...(isMap(resources) && { resources: withNulls(resources, written['resources'], ['limits', 'requests']) }),
    ...(isMap(nodeSelector) && { nodeSelector: withNulls(nodeSelector, written['nodeSelector'], []) }),
    ...(isMap(metadata) && { metadata: withNulls(metadata, written['metadata'], ['labels', 'annotations']) }),
  };
}

function restoredContainers({ containers }: Fields, written: Fields): Fields {
  if (!Array.isArray(containers)) return {};
  const manifest: unknown[] = Array.isArray(written['containers']) ? written['containers'] : [];
  const byName = new Map(manifest.map((container) => [objectOf(container)['name'], objectOf(container)]));
  const restored = containers.map((container: unknown) => {
    const { name, resources } = objectOf(container);
    if (!isMap(resources)) return container;
    const from = objectOf(byName.get(name))['resources'];
    return { ...objectOf(container), resources: withNulls(resources, from, ['limits', 'requests']) };
  });
  return { containers: restored };
}

/** The map with the entries that are `null` in the manifest and that it lacks, and the same for these maps in it. */
function withNulls(map: Fields, written: unknown, inner: readonly string[]): Fields {
  const manifest = objectOf(written);
  const nulls = Object.entries(manifest).filter(([key, value]) => value === null && !Object.hasOwn(map, key));
  const maps = inner.flatMap((key) => {
    const value = map[key];
    return isMap(value) ? [[key, withNulls(value, manifest[key], [])] as const] : [];
  });
  return { ...map, ...Object.fromEntries(nulls), ...Object.fromEntries(maps) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Anybody can write the annotation. Without a manifest there is nothing to restore.
    return undefined;
  }
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Fields {
  return isMap(value) ? value : {};
}
