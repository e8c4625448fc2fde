import type { JobRun } from '../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../api/names.ts';
import { PODS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { hashOfGroup, namespaceOf, type Group } from '../../core/concurrency/group.ts';
import { jobName } from '../../core/job/job-name.ts';
import { controllingRun } from '../../core/job/ownership.ts';
import { jobStop } from '../../core/run/job-stop.ts';
import { isFinished, isJobFinished } from '../../core/status/job-run-status.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Cluster } from '../run/cluster.ts';
import type { UnclearCreations } from './unclear-creations.ts';

export interface HolderCheckOptions {
  client: Pick<KubeClient, 'list'>;
  cluster: Pick<Cluster, 'getRun' | 'getJob'>;
  runs: Pick<ObjectCache<JobRun>, 'get'>;
  jobs: Pick<ObjectCache<Job>, 'get'>;
  unclear: Pick<UnclearCreations, 'leftMs'>;
  /** Whether Pods may be listed. Otherwise, a deleted Job counts as one without Pods. */
  readsPods: boolean;
}

/** `ending`: the run has finished or was deleted, and Pods of its Job may still run or start. */
export type HolderState = 'underWay' | 'ending' | 'ended';

/**
 * Finds out whether a run needs its place no more: its end is stored, or it was deleted, and no Pod of its Job can run. What
 * the caches do not prove is read from the API server.
 */
export class HolderCheck {
  readonly #options: HolderCheckOptions;

  constructor(options: HolderCheckOptions) {
    this.#options = options;
  }

  async stateOf(group: Pick<Group, 'id'>, holder: HolderEntry): Promise<HolderState> {
    const namespace = namespaceOf(group);
    const run = await this.#runOf(namespace, holder);
    if (run && !isFinished(run)) return 'underWay';
    const name = jobName(holder.name, holder.uid);
    const job = this.#options.jobs.get(namespace, name) ?? (await this.#options.cluster.getJob(namespace, name));
    if (job && isOf(job, holder, group)) return this.#stateOfJob(job);
    const isUnclear = this.#options.unclear.leftMs(holder.uid, { isDeleted: run === undefined }) > 0;
    return isUnclear ? 'ending' : this.#stateOfPods(namespace, name);
  }

  /** The status of a Job that has not finished may be late. */
  async #stateOfJob(job: Job): Promise<HolderState> {
    const { namespace = '', name = '' } = job.metadata ?? {};
    if (!startsNoPods(job) || hasPods(job)) return 'ending';
    return isJobFinished(job) ? 'ended' : this.#stateOfPods(namespace, name);
  }

  /** The cache may not have a run yet that another syncer knows. `undefined` if the run was deleted. */
  async #runOf(namespace: string, { name, uid }: HolderEntry): Promise<JobRun | undefined> {
    const cached = this.#options.runs.get(namespace, name);
    const run = cached?.metadata.uid === uid ? cached : await this.#options.cluster.getRun(namespace, name);
    return run?.metadata.uid === uid ? run : undefined;
  }

  /** The Pods of a deleted Job are terminated with their grace period. */
  async #stateOfPods(namespace: string, job: string): Promise<HolderState> {
    if (!this.#options.readsPods) return 'ended';
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
    const page = { namespace, labelSelector, fieldSelector, limit: 1 };
    const { items } = await this.#options.client.list(PODS, page, { metadataOnly: true });
    return items.length > 0 ? 'ending' : 'ended';
  }
}

/** A Job that lost its owner reference, for example with `kubectl delete --cascade=orphan`, still has the label of the group. */
function isOf(job: Job, { uid }: HolderEntry, { id }: Pick<Group, 'id'>): boolean {
  return controllingRun(job)?.uid === uid || job.metadata?.labels?.[LABEL_CONCURRENCY_GROUP] === hashOfGroup(id);
}

/**
 * Whether the Job starts no more Pods: it has finished, is being deleted, or was stopped while it was suspended. If the last
 * one cannot be deleted and somebody resumes it, its deadline ends it after a second.
 */
function startsNoPods(job: Job): boolean {
  return isJobFinished(job) || job.metadata?.deletionTimestamp !== undefined || jobStop(job) === 'delete';
}

function hasPods({ status: { active = 0, terminating = 0 } = {} }: Job): boolean {
  return active > 0 || terminating > 0;
}
