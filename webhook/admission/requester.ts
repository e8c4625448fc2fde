import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_REQUESTED_BY } from '../../api/names.ts';
import type { FieldError } from '../../core/errors/field-error.ts';

type Annotations = Record<string, string>;

/** Whose run it is: on CREATE the user of the request, later whoever that was. `undefined` where nobody knows. */
export function requester(request: AdmissionRequest): string | undefined {
  if (request.operation === 'CREATE') return request.userInfo.username;
  const before = request.oldObject as JobRun | null | undefined;
  return before?.metadata.annotations?.[ANNOTATION_REQUESTED_BY];
}

/** The annotations of a run with the truth about its requester, whatever they say. */
export function withRequester(annotations: Annotations | undefined, name: string | undefined): Annotations | undefined {
  if (name !== undefined) return { ...annotations, [ANNOTATION_REQUESTED_BY]: name };
  if (annotations?.[ANNOTATION_REQUESTED_BY] === undefined) return annotations;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== ANNOTATION_REQUESTED_BY));
}

/** The annotation is set by the mutation; where that was not asked, nobody may say something else there. */
export function requesterErrors(request: AdmissionRequest): FieldError[] {
  const said = (request.object as JobRun).metadata.annotations?.[ANNOTATION_REQUESTED_BY];
  if (said === undefined || said === requester(request)) return [];
  const message = 'Forbidden: is set at admission to the user who creates the JobRun; leave it out';
  return [{ path: `metadata.annotations[${ANNOTATION_REQUESTED_BY}]`, reason: 'FieldValueForbidden', message }];
}
