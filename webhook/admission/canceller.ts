import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY } from '../../api/names.ts';
import { field } from '../../core/errors/field.ts';
import { FieldPath } from '../../core/errors/field-path.ts';
import type { JobRunCase } from './admission-case.ts';
import type { Findings } from './run-checks.ts';

/** The user that cancels the JobRun with this request; otherwise the one in the stored annotation. */
export function cancellerOf(request: AdmissionRequest): string | undefined {
  const before = request.operation === 'CREATE' ? undefined : (request.oldObject as JobRun | null | undefined);
  const cancels = isCancelled(request.object as JobRun | null | undefined) && !isCancelled(before);
  return cancels ? request.userInfo.username : before?.metadata.annotations?.[ANNOTATION_CANCELLED_BY];
}

/** The mutation sets the annotation. If the mutation was not called, this check denies any other value. */
export function cancellerAnnotation({ run, canceller }: JobRunCase): Findings {
  const value = run.metadata.annotations?.[ANNOTATION_CANCELLED_BY];
  if (value === undefined || value === canceller) return {};
  const path = FieldPath.of('metadata', 'annotations').key(ANNOTATION_CANCELLED_BY);
  const why = 'this annotation is set at admission to the user that cancels the JobRun; leave it out';
  return { errors: [field.forbidden(path, why)] };
}

/** Whether `spec.cancel` is true. The shape of the object has not been checked. */
export function isCancelled(run: JobRun | null | undefined): boolean {
  const spec = run?.spec as Partial<JobRun['spec']> | null | undefined;
  return spec?.cancel === true;
}
