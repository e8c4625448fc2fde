import type { JobRun } from '../../api/job-run.ts';
import { GROUP, LABEL_APP_MANAGED_BY } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';

type Map = Record<string, string>;

/** Labels and annotations that a run gives to its Job and Pods, without those that are not its to give. */
export function metadataOverrides({ spec }: JobRun): { labels: Map; annotations: Map } {
  return { labels: given(spec.metadata?.labels), annotations: given(spec.metadata?.annotations) };
}

/** Keys that a run cannot give: they tell whose a Job is. */
export function metadataErrors({ spec }: JobRun): FieldError[] {
  return (['labels', 'annotations'] as const).flatMap((field) =>
    Object.keys(spec.metadata?.[field] ?? {})
      .filter(isReserved)
      .map((key) => ({
        path: `spec.metadata.${field}[${key}]`,
        reason: 'FieldValueForbidden',
        message: 'Forbidden: is set by job-template-run itself',
      })),
  );
}

function given(map: Map | null | undefined): Map {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !isReserved(key)));
}

function isReserved(key: string): boolean {
  const [prefix = ''] = key.split('/');
  return key === LABEL_APP_MANAGED_BY || prefix === GROUP || prefix.endsWith(`.${GROUP}`);
}
