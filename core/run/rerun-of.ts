import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_RERUN_OF } from '../../api/names.ts';
import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field } from '../errors/field.ts';
import { isObjectName } from '../job/object-name.ts';

const ANNOTATION = FieldPath.of('metadata', 'annotations').key(ANNOTATION_RERUN_OF);

/** Errors of the annotation that names the run which this one repeats. That run may have been deleted since. */
export function rerunOfErrors({ metadata }: JobRun): FieldError[] {
  const name = metadata.annotations?.[ANNOTATION_RERUN_OF];
  if (name === undefined || isObjectName(name)) return [];
  return [field.invalid(ANNOTATION, name, 'must be the name of a JobRun of this namespace')];
}
