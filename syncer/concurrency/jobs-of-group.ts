import type { JobRun } from '../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { namespaceOf, type Group } from '../../core/concurrency/group.ts';
import { controllingRun, isOwnJob } from '../../core/job/ownership.ts';
import { isJobFinished } from '../../core/status/job-run-status.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';

/** The index of Jobs by the namespace and the hash of their concurrency group. */
export const BY_GROUP = 'group';

/** The key of a Job in the index {@link BY_GROUP}. */
export function groupOfJob({ metadata }: Job): string[] {
  const hash = metadata?.labels?.[LABEL_CONCURRENCY_GROUP];
  return hash === undefined ? [] : [`${metadata?.namespace ?? ''}/${hash}`];
}

export interface JobsOfGroupOptions {
  runs: Pick<ObjectCache<JobRun>, 'get'>;
  /** Indexed by {@link BY_GROUP}. */
  jobs: Pick<ObjectCache<Job>, 'byIndex'>;
}

/**
 * The runs whose unfinished Jobs have the label of the group. Anybody who may create Jobs can set that label: so only the
 * own Jobs of runs count, in the namespace of the group.
 */
export function runsWithJobs({ runs, jobs }: JobsOfGroupOptions, group: Group): HolderEntry[] {
  const namespace = namespaceOf(group);
  const unfinished = jobs.byIndex(BY_GROUP, `${namespace}/${group.hash}`).filter((job) => !isJobFinished(job));
  return unfinished.flatMap((job): HolderEntry[] => {
    const owner = controllingRun(job);
    const run = owner && runs.get(namespace, owner.name);
    if (!owner || !run || !isOwnJob(job, run)) return [];
    return [{ name: owner.name, uid: owner.uid, created: job.metadata?.creationTimestamp ?? '' }];
  });
}
