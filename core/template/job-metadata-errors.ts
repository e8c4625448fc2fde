import { GROUP } from '../../api/names.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';

const JOB_METADATA = FieldPath.of('jobMetadata');
const MAPS = ['labels', 'annotations'] as const;

/**
 * What is wrong with the labels and annotations that a template sets on its Jobs. The CRD has the same rules, except for
 * reserved keys. What a label may contain is left to the dry run.
 */
export function jobMetadataErrors(jobMetadata: unknown): FieldError[] {
  if (jobMetadata === undefined || jobMetadata === null) return [];
  if (!isMap(jobMetadata)) {
    return [field.typeInvalid(JOB_METADATA, jobMetadata, 'must have labels or annotations')];
  }
  return MAPS.flatMap((name) => mapErrors(jobMetadata[name] ?? {}, JOB_METADATA.child(name)));
}

function mapErrors(map: unknown, path: FieldPath): FieldError[] {
  if (!isMap(map)) return [field.typeInvalid(path, map, 'must be a map of strings')];
  return errorsOfEach(Object.entries(map), ([key, value]) => {
    const at = path.key(key);
    if (typeof value !== 'string') return [field.typeInvalid(at, value, 'must be a string')];
    return isOurs(key) ? [field.forbidden(at, 'is set by job-template-run itself')] : [];
  });
}

function isOurs(key: string): boolean {
  const [domain = ''] = key.toLowerCase().split('/', 1);
  return domain === GROUP || domain.endsWith(`.${GROUP}`);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
