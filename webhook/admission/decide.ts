import { isDeepStrictEqual } from 'node:util';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY, ANNOTATION_REQUESTED_BY, GROUP } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import {
  gatherJobRunCreation,
  jobRunCreationStages,
  type JobRunCreationOptions,
} from './job-run-creation/job-run-creation.ts';
import { mutateJobRun, type MutateJobRunOptions } from './job-run-mutation/mutate-job-run.ts';
import { gatherJobRunUpdate, jobRunUpdateStages, type JobRunUpdateOptions } from './job-run-update/job-run-update.ts';
import { runChecks } from './run-checks.ts';
import {
  gatherTemplateChange,
  isContentUnchanged,
  templateChangeStages,
  templateDeletionStages,
  type TemplateChangeOptions,
} from './template-change/template-change.ts';
import { allow, type Verdict } from './verdict.ts';

/** Decides on one request. The signal aborts when the time to decide is up. */
export type Decide = (request: AdmissionRequest, signal: AbortSignal) => Verdict | Promise<Verdict>;

/** The decision behind each path of the webhook. */
export interface Deciders {
  validate: Decide;
  mutate: Decide;
}

export type DeciderOptions = JobRunCreationOptions & JobRunUpdateOptions & TemplateChangeOptions & MutateJobRunOptions;

/** Allows every request that does not write one of our own objects. */
export function createDeciders(options: DeciderOptions): Deciders {
  const validateJobRun = jobRunValidation(options);
  const validateTemplate = templateValidation(options);
  return {
    validate: (request, signal) => {
      switch (subject(request)) {
        case JOB_RUNS.plural:
          return validateJobRun(request, signal);
        case JOB_TEMPLATES.plural:
        case CLUSTER_JOB_TEMPLATES.plural:
          return validateTemplate(request, signal);
        default:
          return allow();
      }
    },
    mutate: (request, signal) => {
      const isWritten = subject(request) === JOB_RUNS.plural && request.operation !== 'DELETE';
      return isWritten && !isOnlyBeingDeleted(request) ? mutateJobRun(request, options, signal) : allow();
    },
  };
}

function jobRunValidation(options: DeciderOptions): Decide {
  const [creation, update] = [jobRunCreationStages(options), jobRunUpdateStages(options)];
  return (request, signal) => {
    switch (request.operation) {
      case 'DELETE':
        return allow();
      case 'UPDATE':
        return isOnlyBeingDeleted(request) ? allow() : runChecks(gatherJobRunUpdate(request, signal), update);
      default:
        return runChecks(gatherJobRunCreation(request, options, signal), creation);
    }
  };
}

function templateValidation(options: DeciderOptions): Decide {
  const [change, deletion] = [templateChangeStages(options), templateDeletionStages(options)];
  return (request, signal) => {
    if (request.operation === 'DELETE') return runChecks({ request, signal }, deletion);
    if (isContentUnchanged(request)) return allow();
    return runChecks(gatherTemplateChange(request, options, signal), change);
  };
}

/** What the request is about; `undefined` for a subresource and for the objects of others. */
function subject({ operation, resource, subResource = '' }: AdmissionRequest): string | undefined {
  return operation !== 'CONNECT' && resource.group === GROUP && subResource === '' ? resource.resource : undefined;
}

/**
 * A JobRun that the API server has marked as deleted, and from which finalizers are removed. The mark counts only in the
 * stored object: a server-side apply can create an object with one. A change of `spec`, of the requester or of the user that
 * cancelled the run is checked as always.
 */
function isOnlyBeingDeleted({ operation, object, oldObject }: AdmissionRequest): boolean {
  if (operation !== 'UPDATE') return false;
  const [before, after] = [oldObject, object] as Partial<JobRun>[];
  if (before?.metadata?.deletionTimestamp === undefined) return false;
  const isSame = (annotation: string): boolean =>
    before.metadata?.annotations?.[annotation] === after?.metadata?.annotations?.[annotation];
  const areUsersSame = [ANNOTATION_REQUESTED_BY, ANNOTATION_CANCELLED_BY].every(isSame);
  return areUsersSame && isDeepStrictEqual(before.spec, after?.spec);
}
