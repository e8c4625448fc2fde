import type { AdmissionRequest } from '../api/admission-review.ts';
import { GROUP } from '../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../api/resources.ts';
import { decideJobTemplate } from './decide-job-template.ts';
import { JobRunDecider, type JobRunDeciderOptions } from './decide-job-run.ts';
import { mutateJobRun } from './mutate-job-run.ts';
import { allow, type Verdict } from './verdict.ts';

/** Decides on one request; the signal ends what it asks the API server. */
export type Decide = (request: AdmissionRequest, signal: AbortSignal) => Verdict | Promise<Verdict>;

/** What each path of the webhook does. */
export interface Deciders {
  validate: Decide;
  mutate: Decide;
}

/** Whatever is not a JobRun or JobTemplate that is created or updated passes: the webhook is never in its way. */
export function createDeciders(options: JobRunDeciderOptions): Deciders {
  const jobRuns = new JobRunDecider(options);
  return {
    validate: (request, signal) => {
      switch (subject(request)) {
        case JOB_RUNS.plural:
          return jobRuns.decide(request, signal);
        case JOB_TEMPLATES.plural:
          return decideJobTemplate(request, options.client, signal);
        default:
          return allow();
      }
    },
    mutate: (request) => (subject(request) === JOB_RUNS.plural ? mutateJobRun(request) : allow()),
  };
}

function subject({ operation, resource, subResource = '' }: AdmissionRequest): string | undefined {
  const isWrite = operation === 'CREATE' || operation === 'UPDATE';
  return isWrite && resource.group === GROUP && subResource === '' ? resource.resource : undefined;
}
