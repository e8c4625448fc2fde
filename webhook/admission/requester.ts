import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_REQUESTED_BY } from '../../api/names.ts';
import { field } from '../../core/errors/field.ts';
import { FieldPath } from '../../core/errors/field-path.ts';
import type { JobRunCase } from './admission-case.ts';
import type { Findings } from './run-checks.ts';

type Annotations = Record<string, string>;

/** The user that created the JobRun: on CREATE the user of the request, later the one in the stored annotation. */
export function requesterOf(request: AdmissionRequest): string | undefined {
  if (request.operation === 'CREATE') return request.userInfo.username;
  const before = request.oldObject as JobRun | null | undefined;
  return before?.metadata.annotations?.[ANNOTATION_REQUESTED_BY];
}

/** The annotations of a JobRun with the true name of a user, whatever value this annotation has. */
export function withUser(
  annotations: Annotations | undefined,
  annotation: string,
  name: string | undefined,
): Annotations | undefined {
  if (name !== undefined) return { ...annotations, [annotation]: name };
  if (annotations?.[annotation] === undefined) return annotations;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== annotation));
}

/** The mutation sets the annotation. If the mutation was not called, this check denies any other value. */
export function requesterAnnotation({ run, requester }: JobRunCase): Findings {
  const value = run.metadata.annotations?.[ANNOTATION_REQUESTED_BY];
  if (value === undefined || value === requester) return {};
  const path = FieldPath.of('metadata', 'annotations').key(ANNOTATION_REQUESTED_BY);
  const why = 'this annotation is set at admission to the user that creates the JobRun; leave it out';
  return { errors: [field.forbidden(path, why)] };
}
