import type { JobRun } from '../../api/job-run.ts';
import { GROUP } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { RunRecord } from '../run/situation.ts';
import { jobName } from './job-name.ts';

type OwnerReference = NonNullable<NonNullable<Job['metadata']>['ownerReferences']>[number];

/** The owner reference of the JobRun that controls this Job. */
export function controllingRun(job: Job): OwnerReference | undefined {
  return job.metadata?.ownerReferences?.find(
    ({ apiVersion, kind, controller }) =>
      controller === true && kind === JOB_RUNS.kind && apiVersion.startsWith(`${GROUP}/`),
  );
}

/**
 * Whether this is the Job of this run. The run must control it: the uid is compared, because another run can have the
 * same name later. It must also have the name of the run's Job: anybody who may create Jobs can name a run as the
 * controller of another one. And once the uid of the run's Job is known, it must have that: the Job may have been deleted,
 * and another one may have been created with the same name and owner.
 */
export function isOwnJob(job: Job, run: JobRun, jobUid = run.status?.jobUid): boolean {
  const { uid } = run.metadata;
  if (uid === undefined || controllingRun(job)?.uid !== uid || job.metadata?.name !== jobNameOfRun(run)) return false;
  return jobUid === undefined || job.metadata.uid === jobUid;
}

/** The uid of the run's Job: from the status, or as it was created or adopted a moment ago. */
export function jobUidOfRun({ status }: JobRun, { created }: Pick<RunRecord, 'created'>): string | undefined {
  return status?.jobUid ?? created?.uid;
}

/** The name of the run's Job: from the status if it is set, else the name that the Job will get. */
export function jobNameOfRun({ metadata: { name = '', uid = '' }, status }: JobRun): string {
  return status?.jobName ?? jobName(name, uid);
}
