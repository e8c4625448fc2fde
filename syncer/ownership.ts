import type { JobRun } from '../api/job-run.ts';
import { GROUP } from '../api/names.ts';
import { JOB_RUNS } from '../api/resources.ts';
import type { Job } from '../api/wire.ts';

type OwnerReference = NonNullable<NonNullable<Job['metadata']>['ownerReferences']>[number];

/** The JobRun that controls this Job, or nothing. */
export function controllingRun(job: Job): OwnerReference | undefined {
  return job.metadata?.ownerReferences?.find(
    ({ apiVersion, kind, controller }) =>
      controller === true && kind === JOB_RUNS.kind && apiVersion.startsWith(`${GROUP}/`),
  );
}

/** Whether this Job belongs to this very run: the uid counts, names can be taken. */
export function isOwnJob(job: Job, run: JobRun): boolean {
  const { uid } = run.metadata;
  return uid !== undefined && controllingRun(job)?.uid === uid;
}
