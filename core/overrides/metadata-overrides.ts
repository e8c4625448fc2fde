import type { JobRun } from '../../api/job-run.ts';
import type { TemplateContent } from '../../api/job-template.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { withoutNulls } from './container-overrides.ts';
import type { Origins } from './origins.ts';
import { reservedKey } from './reserved-keys.ts';

type StringMap = Record<string, string>;

const FIELDS = ['labels', 'annotations'] as const;
type MetadataField = (typeof FIELDS)[number];

const SET_BY_TEMPLATE = 'is set on every Job by the template, in its jobMetadata; leave it out';

const METADATA = FieldPath.of('spec', 'metadata');

/** The labels and annotations that a run sets on its Job and Pods, without the reserved ones. */
export function metadataOverrides({ spec }: JobRun, origins?: Origins): Record<MetadataField, StringMap> {
  const overrides = {
    labels: unreserved(spec.metadata?.labels),
    annotations: unreserved(spec.metadata?.annotations),
  };
  if (origins) for (const name of FIELDS) recordOrigins(name, Object.keys(overrides[name]), origins);
  return overrides;
}

function recordOrigins(name: MetadataField, keys: readonly string[], origins: Origins): void {
  if (keys.length === 0) return;
  for (const metadata of [FieldPath.of('metadata'), FieldPath.of('spec', 'template', 'metadata')]) {
    origins.mergedMap(metadata.child(name), METADATA.child(name), keys);
  }
}

/** Errors for keys that a run cannot set: some never, whatever its template allows, and those that the template sets. */
export function metadataErrors({ spec }: JobRun, jobMetadata?: TemplateContent['jobMetadata']): FieldError[] {
  return FIELDS.flatMap((map) =>
    errorsOfEach(Object.entries(withoutNulls(spec.metadata?.[map] ?? {})), ([key, value]) => {
      const set = jobMetadata?.[map] ?? {};
      const isOther = Object.hasOwn(set, key) && set[key] !== value;
      const why = reservedKey(key) ?? (isOther ? SET_BY_TEMPLATE : undefined);
      return why === undefined ? [] : [field.forbidden(METADATA.child(map).key(key), why)];
    }),
  );
}

function unreserved(map: StringMap | null | undefined): StringMap {
  return Object.fromEntries(Object.entries(withoutNulls(map ?? {})).filter(([key]) => reservedKey(key) === undefined));
}
