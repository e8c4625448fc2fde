import type { AdmissionRequest } from '../api/admission-review.ts';
import type { JobRun } from '../api/job-run.ts';
import { LABEL_JOB_TEMPLATE } from '../api/names.ts';
import { labelValue } from '../core/label-value.ts';
import { validateTemplateRef } from '../core/validate-job-run.ts';
import { jsonPatch } from './json-patch.ts';
import { allow, type Verdict } from './verdict.ts';

/**
 * Labels a JobRun with its template, so that `kubectl get jr -l hematoscope.app/job-template=NAME` finds all of its runs.
 * Never denies; what is wrong with the run is for the validation after it to say. Applied twice, it changes nothing more.
 */
export function mutateJobRun(request: AdmissionRequest): Verdict {
  const run = request.object as JobRun;
  const patch = isOurs(run) ? jsonPatch(run, withLabels(run)) : [];
  return patch.length === 0 ? allow() : { allowed: true, warnings: [], patch };
}

function isOurs(run: JobRun): boolean {
  return run.metadata.deletionTimestamp === undefined && validateTemplateRef(run).length === 0;
}

function withLabels(run: JobRun): JobRun {
  const labels = { ...run.metadata.labels, [LABEL_JOB_TEMPLATE]: labelValue(run.spec.templateRef) };
  return { ...run, metadata: { ...run.metadata, labels } };
}
