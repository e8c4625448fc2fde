import type { JobRun } from '../../../../api/job-run.ts';
import { LABEL_APP_VERSION } from '../../../../api/names.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import { jobRunStatus } from '../../../../core/status/job-run-status.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';
import { NOW_MS } from '../pods/pods.ts';

export const CREATED = '2026-11-23T10:00:00Z';
export const NOW = { epochMs: NOW_MS, monotonicMs: 50_000 };
export const RULES = { policy: 'Reject', waitSeconds: 300 } as const;

export const NEW = echoRun({}, { generation: 1, resourceVersion: '7', creationTimestamp: CREATED });
export const NAME = jobNameOfRun(NEW);
export const TEMPLATE = versionOfTemplate(echoTemplate());
export const REVISION = TEMPLATE.compiled.revision;
export const RENDERED = { revision: REVISION, generation: 1, uid: echoTemplate().metadata.uid! };
export const FOUND = { kind: 'found', template: TEMPLATE } as const;

export const NOT_READY: JobStatus = { startTime: CREATED, active: 1, ready: 0 };
export const STARTED: JobStatus = { startTime: CREATED, active: 1, ready: 1 };
export const COMPLETE: JobStatus = {
  startTime: CREATED,
  succeeded: 1,
  conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: CREATED }],
};
export const FAILED: JobStatus = {
  startTime: CREATED,
  failed: 1,
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: CREATED }],
};

export function ownJob(status: JobStatus = {}, more: { suspend?: boolean; metadata?: object } = {}): Job {
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: NEW.metadata.uid! };
  return {
    metadata: {
      name: NAME,
      namespace: 'team',
      creationTimestamp: CREATED,
      ownerReferences: [{ ...owner, controller: true }],
      labels: { [LABEL_APP_VERSION]: REVISION },
      ...more.metadata,
    },
    spec: { template: {}, ...(more.suspend !== undefined && { suspend: more.suspend }) },
    status,
  };
}
export const FOREIGN: Job = { metadata: { name: NAME, namespace: 'team' }, status: COMPLETE };
export const DELETING = { metadata: { deletionTimestamp: CREATED } };

/** The run after the status for this Job was written. */
export function after(job: Job, run: JobRun = NEW): JobRun {
  return { ...run, status: jobRunStatus(run, { kind: 'job', job, template: RENDERED }, CREATED) };
}
export const withMeta = (run: JobRun, metadata: JobRun['metadata']): JobRun => ({
  ...run,
  metadata: { ...run.metadata, ...metadata },
});
export const RUNNING = after(ownJob(STARTED));
export const finished = (): JobRun => after(ownJob(COMPLETE));

/** A new run without a Job, with what differs from that. */
export function situation(more: Partial<Situation> = {}): Situation {
  const rules = { rules: RULES, readsPods: false, keepsLogEnds: false };
  return { now: NOW, run: NEW, isJobWatched: more.job !== undefined, record: {}, answers: {}, ...rules, ...more };
}

/** The same for a run whose Pods are read. */
export function readingPods(more: Partial<Situation> = {}): Situation {
  return situation({ readsPods: true, isJobWatched: true, ...more });
}
