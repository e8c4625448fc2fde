import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { jobExpiry } from '../../core/job/job-ttl.ts';
import { isOwnJob, jobNameOfRun } from '../../core/job/ownership.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Clock } from '../clock.ts';
import type { Cluster } from './cluster.ts';

export interface ExpiryContext {
  cluster: Pick<Cluster, 'deleteJob'>;
  jobs: Pick<ObjectCache<Job>, 'get'>;
  clock: Clock;
}

/** The system clock may be set meanwhile, and timers have a limit. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Deletes the Job of a finished run once its `ttlSecondsAfterFinished` is over. The run comes from the API server, so its
 * final status is stored. A run whose Job the watch does not report is left to Kubernetes.
 *
 * @returns when to continue
 */
export async function removeExpiredJob({ cluster, jobs, clock }: ExpiryContext, run: JobRun): Promise<WorkResult> {
  const job = jobs.get(run.metadata.namespace, jobNameOfRun(run));
  if (!job || !isOwnJob(job, run) || job.metadata?.deletionTimestamp !== undefined) return undefined;
  const expiry = jobExpiry(job);
  if (expiry === undefined) return undefined;
  const leftMs = expiry - clock.now();
  if (leftMs > 0) return { afterMs: Math.min(leftMs, LONGEST_WAIT_MS) };
  await cluster.deleteJob(job);
  return undefined;
}
