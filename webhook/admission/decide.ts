import type { AdmissionRequest } from '../../api/admission-review.ts';
import { GROUP } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import { JobRunDecider, type JobRunDeciderOptions } from './decide-job-run.ts';
import { decideJobTemplate, type JobTemplateDeciderOptions } from './decide-job-template.ts';
import { mutateJobRun, type MutateJobRunOptions } from './mutate-job-run.ts';
import { allow, type Verdict } from './verdict.ts';

/** Decides on one request; the signal ends what it asks the API server. */
export type Decide = (request: AdmissionRequest, signal: AbortSignal) => Verdict | Promise<Verdict>;

/** What each path of the webhook does. */
export interface Deciders {
  validate: Decide;
  mutate: Decide;
}

export type DeciderOptions = JobRunDeciderOptions & JobTemplateDeciderOptions & MutateJobRunOptions;

/** Whatever is not one of our objects that is written passes: the webhook is never in its way. */
export function createDeciders(options: DeciderOptions): Deciders {
  const jobRuns = new JobRunDecider(options);
  return {
    validate: (request, signal) => {
      switch (subject(request)) {
        case JOB_RUNS.plural:
          return request.operation === 'DELETE' ? allow() : jobRuns.decide(request, signal);
        case JOB_TEMPLATES.plural:
        case CLUSTER_JOB_TEMPLATES.plural:
          return decideJobTemplate(request, options, signal);
        default:
          return allow();
      }
    },
    mutate: (request, signal) => {
      const isRun = subject(request) === JOB_RUNS.plural && request.operation !== 'DELETE';
      return isRun ? mutateJobRun(request, options, signal) : allow();
    },
  };
}

function subject({ operation, resource, subResource = '' }: AdmissionRequest): string | undefined {
  return operation !== 'CONNECT' && resource.group === GROUP && subResource === '' ? resource.resource : undefined;
}
