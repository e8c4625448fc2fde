import type { Logger } from 'pino';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { jobExpiry } from '../../core/job/job-ttl.ts';
import { isOwnJob, jobNameOfRun } from '../../core/job/ownership.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import { SparseReports } from '../../kube/process/sparse-reports.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Clock } from '../clock.ts';
import type { Cluster } from './cluster.ts';

export interface ExpiryContext {
  cluster: Pick<Cluster, 'deleteJob'>;
  jobs: Pick<ObjectCache<Job>, 'get'>;
  clock: Clock;
  /** The syncer may not delete the Job. */
  onDeletionForbidden: (error: KubeApiError) => void;
}

/** The system clock may be set meanwhile, and timers have a limit. */
const LONGEST_WAIT_MS = 3_600_000;
const FORBIDDEN = 403;

/**
 * Deletes the Job of a finished run once its `ttlSecondsAfterFinished` is over. The run comes from the API server, so its
 * final status is stored. A run whose Job the watch does not report is left to Kubernetes, and so is one whose Job the syncer
 * may not delete.
 *
 * @returns when to continue
 */
export async function removeExpiredJob(context: ExpiryContext, run: JobRun): Promise<WorkResult> {
  const { cluster, jobs, clock } = context;
  const job = jobs.get(run.metadata.namespace, jobNameOfRun(run));
  if (!job || !isOwnJob(job, run) || job.metadata?.deletionTimestamp !== undefined) return undefined;
  const expiry = jobExpiry(job);
  if (expiry === undefined) return undefined;
  const leftMs = expiry - clock.now();
  if (leftMs > 0) return { afterMs: Math.min(leftMs, LONGEST_WAIT_MS) };
  await unlessForbidden(context, cluster.deleteJob(job));
  return undefined;
}

/** Waits for the deletion of a Job. That it is forbidden is reported, and it is not tried again. */
export async function unlessForbidden(
  { onDeletionForbidden }: Pick<ExpiryContext, 'onDeletionForbidden'>,
  deletion: Promise<void>,
): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof KubeApiError) || error.code !== FORBIDDEN) throw error;
    onDeletionForbidden(error);
  }
}

/**
 * Logs a refusal, and the same one again an hour later: usually, the permission is missing for all Jobs. Refusals that
 * differ only in their names, which are quoted, are the same.
 */
export function loggedRefusals(
  logger: Pick<Logger, 'warn'>,
  { monotonic }: Pick<Clock, 'monotonic'>,
): ExpiryContext['onDeletionForbidden'] {
  const reports = new SparseReports(monotonic);
  return (err) => {
    if (!reports.isDue((err.status.message ?? '').replaceAll(/"[^"]*"/g, '""'))) return;
    logger.warn({ err }, 'cannot delete the Job of a finished JobRun');
  };
}
