import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Hide } from '../../core/errors/hidden.ts';
import { cancellerOf } from './canceller.ts';
import { requesterOf } from './requester.ts';

/** What every check knows of the request. */
export interface AdmissionCase {
  request: AdmissionRequest;
  /** Aborts when the time to decide is up; see `server/time-budget.ts`. */
  signal: AbortSignal;
  /** Hides what an answer to this request must not quote. Absent: the user wrote everything that it can quote. */
  lookUpHide?: () => Promise<Hide>;
}

/** A request about a JobRun. */
export interface JobRunCase extends AdmissionCase {
  /** The new JobRun. It has the namespace of the request, which the object itself may omit. */
  run: JobRun;
  /** The JobRun before an update. */
  before: JobRun | undefined;
  /** The user that created the JobRun; `undefined` where this is not known. */
  requester: string | undefined;
  /** The user that cancelled the JobRun; `undefined` if it is not cancelled, or where this is not known. */
  canceller: string | undefined;
}

/** Gathers what follows from the request alone. The shape of the object has not been checked yet. */
export function jobRunCase(request: AdmissionRequest, signal: AbortSignal): JobRunCase {
  const before = (request.oldObject as JobRun | null | undefined) ?? undefined;
  const run = inNamespace(request.object as JobRun, request.namespace);
  return { request, signal, run, before, requester: requesterOf(request), canceller: cancellerOf(request) };
}

function inNamespace(run: JobRun, namespace: string | undefined): JobRun {
  return namespace === undefined ? run : { ...run, metadata: { ...run.metadata, namespace } };
}

/** Does the work on the first call. Later calls return the same result. */
export function once<T>(work: () => T): () => T {
  let done: { result: T } | undefined;
  return () => (done ??= { result: work() }).result;
}
