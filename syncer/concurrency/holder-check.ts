import type { JobRun } from '../../api/job-run.ts';
import { PODS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { jobName } from '../../core/job/job-name.ts';
import { controllingRun } from '../../core/job/ownership.ts';
import { isFinished, isJobFinished } from '../../core/status/job-run-status.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Cluster } from '../run/cluster.ts';

export interface HolderCheckOptions {
  client: Pick<KubeClient, 'list'>;
  cluster: Pick<Cluster, 'getRun' | 'getJob'>;
  runs: Pick<ObjectCache<JobRun>, 'get'>;
  jobs: Pick<ObjectCache<Job>, 'get'>;
  /** Whether Pods may be listed. Otherwise, a deleted Job counts as one without Pods. */
  readsPods: boolean;
}

/** `ending`: the run has finished or was deleted, and Pods of its Job may still run. */
export type HolderState = 'underWay' | 'ending' | 'ended';

/**
 * Finds out whether a run needs its place no more: its end is stored, or it was deleted, and no Pod of its Job can run. Time
 * says nothing about that. What the caches do not prove is read from the API server.
 */
export class HolderCheck {
  readonly #options: HolderCheckOptions;

  constructor(options: HolderCheckOptions) {
    this.#options = options;
  }

  async stateOf(namespace: string, holder: HolderEntry): Promise<HolderState> {
    if (await this.#isUnderWay(namespace, holder)) return 'underWay';
    const name = jobName(holder.name, holder.uid);
    const cached = this.#options.jobs.get(namespace, name);
    if (cached && hasEnded(cached, holder)) return 'ended';
    const job = await this.#options.cluster.getJob(namespace, name);
    if (job && isOwn(job, holder)) return hasEnded(job, holder) ? 'ended' : 'ending';
    return (await this.#hasPods(namespace, name)) ? 'ending' : 'ended';
  }

  /** The cache may not have a run yet that another syncer knows. */
  async #isUnderWay(namespace: string, { name, uid }: HolderEntry): Promise<boolean> {
    const cached = this.#options.runs.get(namespace, name);
    if (cached?.metadata.uid === uid) return !isFinished(cached);
    const run = await this.#options.cluster.getRun(namespace, name);
    return run?.metadata.uid === uid && !isFinished(run);
  }

  /** The Pods of a deleted Job are terminated with their grace period. */
  async #hasPods(namespace: string, job: string): Promise<boolean> {
    if (!this.#options.readsPods) return false;
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
    const page = { namespace, labelSelector, fieldSelector, limit: 1 };
    const { items } = await this.#options.client.list(PODS, page, { metadataOnly: true });
    return items.length > 0;
  }
}

function isOwn(job: Job, { uid }: HolderEntry): boolean {
  return controllingRun(job)?.uid === uid;
}

function hasEnded(job: Job, holder: HolderEntry): boolean {
  const { active = 0, terminating = 0 } = job.status ?? {};
  return isOwn(job, holder) && isJobFinished(job) && active === 0 && terminating === 0;
}
