import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Template } from '../../../../api/job-template.ts';
import type { Job } from '../../../../api/wire.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { Origins } from '../../../../core/overrides/origins.ts';
import { templateKeyOfRun } from '../../../../core/template/template-key.ts';
import { trialOf } from '../../../../core/template/trial.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { jobRunCase, once } from '../../../../webhook/admission/admission-case.ts';
import type { JobRunCreation } from '../../../../webhook/admission/job-run-creation/job-run-creation.ts';
import { renderingOf } from '../../../../webhook/admission/job-run-creation/rendering.ts';
import { gatherJobRunUpdate, type JobRunUpdate } from '../../../../webhook/admission/job-run-update/job-run-update.ts';
import { RepeatableJob } from '../../../../webhook/admission/repeatable-job.ts';
import type { TemplateChange } from '../../../../webhook/admission/template-change/template-change.ts';
import { echoTemplate } from '../../core/objects.ts';
import { jobRunReview, jobTemplateReview, ECHO_SPEC } from '../reviews.ts';

const { signal } = new AbortController();

/** The creation of a JobRun whose template exists and whose Job is accepted, unless `parts` differ. */
export function jobRunCreation(
  spec: Partial<JobRun['spec']> = {},
  parts: Partial<JobRunCreation> = {},
  template: Template = echoTemplate(),
): JobRunCreation {
  const { request } = jobRunReview({ templateRef: 'echo', ...spec });
  const base = jobRunCase(request, signal);
  const version = versionOfTemplate(template);
  return {
    ...base,
    key: once(() => templateKeyOfRun(base.run)),
    template: () => Promise.resolve({ kind: 'found', template: version }),
    rendering: () => Promise.resolve(renderingOf(version, base.run)),
    dryRun: () => Promise.resolve({ kind: 'accepted', warnings: [] }),
    ...parts,
  };
}

/** An update of a JobRun of the template `echo`. */
export function jobRunUpdate(before: Partial<JobRun['spec']>, after: Partial<JobRun['spec']>): JobRunUpdate {
  const oldObject = { metadata: { name: 'echo-hello' }, spec: { templateRef: 'echo', ...before } };
  const review = jobRunReview({ templateRef: 'echo', ...after }, {}, { operation: 'UPDATE', oldObject });
  return gatherJobRunUpdate(review.request, signal);
}

/** A new template with this sample Job, or with a Job rendered from it. */
export function templateChange(template: Template, sampleJob: TemplateChange['sampleJob']): TemplateChange {
  const { request } = jobTemplateReview(ECHO_SPEC);
  const compiled = once(() => compileTemplate(template));
  const trial = once(() => trialOf(compiled()));
  return { request, signal, template, compiled, trial, jobWith: sampleJob, sampleJob };
}

export const JOB: Job = {
  metadata: { name: 'echo-1', namespace: 'team' },
  spec: { template: { spec: { containers: [] } } },
};

/** The rendering that returns {@link JOB}. */
const RENDERED = { job: JOB, origins: () => new Origins(), bytes: 100 };
export const SAMPLE = new RepeatableJob(RENDERED, () => RENDERED);

export const admissionCase = (request: Partial<AdmissionRequest> = {}) => ({
  request: { ...jobRunReview().request, ...request },
  signal,
});
