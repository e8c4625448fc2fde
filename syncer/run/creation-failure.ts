import { isDenied, isNamespaceTerminating, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';

/**
 * Why a Job could not be created:
 * - `refused`: this Job will never be accepted. The run fails.
 * - `blocked`: the Job is not accepted now. A person may have to help (quota, permissions, a webhook that denies it for
 *   now or with an unusual code).
 * - `terminating`: its namespace is being deleted, and the run with it.
 * - `transient`: the next attempt may succeed. It is not reported in the status.
 */
export type CreationFailure = 'refused' | 'blocked' | 'terminating' | 'transient';

/** Messages of a 403 that do not concern the Job itself. */
const NOT_THE_JOB = [
  /exceeded quota/,
  /(status unknown|insufficient quota|limited) for quota|insufficient quota/,
  /cannot create resource/,
  /cannot set blockOwnerDeletion/,
  /not yet ready to handle request/,
];

const REFUSED = [400, 413, 422];
const BLOCKED = [404, 500];

/** Classifies an error of a Job's creation. For AlreadyExists, read the Job that exists instead. */
export function creationFailure(error: unknown): CreationFailure {
  if (!(error instanceof KubeApiError)) return 'transient';
  if (REFUSED.includes(error.code)) return 'refused';
  if (BLOCKED.includes(error.code)) return 'blocked';
  if (error.code !== 403) return isDenied(error) ? 'blocked' : 'transient';
  if (isNamespaceTerminating(error)) return 'terminating';
  return isAboutTheJob(error) ? 'refused' : 'blocked';
}

/** Errors of the API server's own admission, and of webhooks that it could not call: nothing is stored before that. */
const BEFORE_STORAGE = /failed calling webhook/;
const REQUEST_TIMEOUT = 408;

/** Whether the Job may still be stored: the error is no refusal that is certain. */
export function isUnclear(error: unknown): boolean {
  if (error instanceof KubeConnectionError) return true;
  if (!(error instanceof KubeApiError)) return false;
  const isServerError = error.code >= 500 || error.code === REQUEST_TIMEOUT;
  return isServerError && !isDenied(error) && !BEFORE_STORAGE.test(error.status.message ?? '');
}

function isAboutTheJob(error: KubeApiError): boolean {
  const { message = '' } = error.status;
  return !NOT_THE_JOB.some((pattern) => pattern.test(message));
}
