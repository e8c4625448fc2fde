import { isNamespaceTerminating, KubeApiError } from '../kube/client/api-error.ts';

/**
 * Why a Job could not be created:
 * - `refused`: this Job will never be taken; the run fails.
 * - `blocked`: the Job is good, but not now, and a person may have to help (quota, permissions).
 * - `ending`: its namespace is being deleted, and the run with it.
 * - `transient`: nothing that a person has to know at once; the next try may do.
 */
export type CreationFailure = 'refused' | 'blocked' | 'ending' | 'transient';

/** 403 that have nothing to do with the Job itself, as the API server words them. */
const NOT_THE_JOB = [
  /exceeded quota/,
  /(status unknown|insufficient quota|limited) for quota|insufficient quota/,
  /cannot create resource/,
  /cannot set blockOwnerDeletion/,
  /not yet ready to handle request/,
];

/** Sorts an error of a Job's creation. AlreadyExists is none of these: look at the Job that is there. */
export function creationFailure(error: unknown): CreationFailure {
  if (!(error instanceof KubeApiError)) return 'transient';
  switch (error.code) {
    case 400:
    case 413:
    case 422:
      return 'refused';
    case 403:
      if (isNamespaceTerminating(error)) return 'ending';
      return isAboutTheJob(error) ? 'refused' : 'blocked';
    case 404:
      return 'blocked';
    case 500:
      return 'blocked';
    default:
      return 'transient';
  }
}

function isAboutTheJob(error: KubeApiError): boolean {
  const { message = '' } = error.status;
  return !NOT_THE_JOB.some((pattern) => pattern.test(message));
}
