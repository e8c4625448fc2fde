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

type TemplateMetadata = Pick<TemplateContent, 'spec' | 'jobMetadata'>;

const QUEUE_OF_TEMPLATE =
  'is set by the template, in the labels of its Pods: a run cannot choose another queue; leave it out';
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

/** The labels that select a queue of Kueue, which reads them from the Job. */
const QUEUE_DOMAIN = 'kueue.x-k8s.io/';

/**
 * Errors for keys that a run cannot set: some never, whatever its template allows, and those that the template sets on its
 * Jobs. The Job has the labels of its Pods too. A run can replace these, but not those that select a queue.
 */
export function metadataErrors({ spec }: JobRun, template?: TemplateMetadata): FieldError[] {
  return FIELDS.flatMap((map) =>
    errorsOfEach(Object.entries(withoutNulls(spec.metadata?.[map] ?? {})), ([key, value]) => {
      const why = reservedKey(key) ?? whySet(template, map, [key, value]);
      return why === undefined ? [] : [field.forbidden(METADATA.child(map).key(key), why)];
    }),
  );
}

function whySet(
  template: TemplateMetadata | undefined,
  map: MetadataField,
  entry: [string, string],
): string | undefined {
  if (setsOther(template?.jobMetadata?.[map], entry)) return SET_BY_TEMPLATE;
  if (map !== 'labels' || !entry[0].startsWith(QUEUE_DOMAIN)) return undefined;
  return setsOther(template?.spec.template.metadata?.labels, entry) ? QUEUE_OF_TEMPLATE : undefined;
}

function setsOther(set: StringMap | null | undefined, [key, value]: [string, string]): boolean {
  return Object.hasOwn(set ?? {}, key) && set?.[key] !== value;
}

function unreserved(map: StringMap | null | undefined): StringMap {
  return Object.fromEntries(Object.entries(withoutNulls(map ?? {})).filter(([key]) => reservedKey(key) === undefined));
}
