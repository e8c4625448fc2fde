import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobRun } from '../../../api/job-run.ts';
import type { Authorization } from '../../lookups/authorization.ts';
import type { TemplateResolver } from '../../lookups/template-resolver.ts';
import { jobRunCase, type JobRunCase } from '../admission-case.ts';
import { cancellerAnnotation } from '../canceller.ts';
import { objectSize } from '../object-size.ts';
import { requesterAnnotation } from '../requester.ts';
import { rerunAnnotation } from '../rerun-annotation.ts';
import type { Stages } from '../run-checks.ts';
import { cancelHasEffect } from './cancel-has-effect.ts';
import { cancelStays } from './cancel-stays.ts';
import { immutableSpec } from './immutable-spec.ts';
import { permissionToSuspend } from './permission-to-suspend.ts';
import { suspendAllowed } from './suspend-allowed.ts';
import { suspendHasEffect } from './suspend-has-effect.ts';
import { unknownFields } from './unknown-fields.ts';

export interface JobRunUpdateOptions {
  templates: Pick<TemplateResolver, 'resolve'>;
  authorization: Pick<Authorization, 'refusalOfSuspend'>;
}

/** The update of one JobRun. */
export interface JobRunUpdate extends JobRunCase {
  before: JobRun;
  /** Whether `spec.suspend` changes: the template must then allow it. */
  changesSuspend: boolean;
}

/**
 * The checks of an updated JobRun. Of its spec, only `suspend` and `cancel` can change. The CRD requires the same.
 * Everything else can change, even if the template no longer exists.
 */
export function jobRunUpdateStages(options: JobRunUpdateOptions): Stages<JobRunUpdate> {
  return [
    [objectSize],
    [immutableSpec, cancelStays, unknownFields, requesterAnnotation, cancellerAnnotation, rerunAnnotation],
    [permissionToSuspend(options), suspendAllowed(options)],
    [suspendHasEffect, cancelHasEffect],
  ];
}

export function gatherJobRunUpdate(request: AdmissionRequest, signal: AbortSignal): JobRunUpdate {
  const base = jobRunCase(request, signal);
  const before = request.oldObject as JobRun;
  return { ...base, before, changesSuspend: suspendOf(base.run) !== suspendOf(before) };
}

/** A spec of a wrong shape is not refused here: the API server checks it against the CRD. */
function suspendOf({ spec }: JobRun): boolean | undefined {
  return (spec as Partial<JobRun['spec']> | null | undefined)?.suspend;
}
