import { JOBS } from '../api/resources.ts';
import type { Job } from '../api/wire.ts';
import { jobRefusal, type JobRefusal } from '../core/job-refusal.ts';
import { isAlreadyExists, KubeApiError, KubeConnectionError } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';

/** What the API server says to a Job that is not stored; `warnings` are its own, Pod security's for instance. */
export type DryRunOutcome = { kind: 'accepted'; warnings: string[] } | JobRefusal;

/** Half of the webhook's own five seconds, so that an answer is left to give when the API server gives none. */
const LONGEST_DRY_RUN_MS = 2500;

/**
 * Asks the API server whether it would take this Job, with every field known to it. Nothing is stored. The owner is left
 * out: a JobRun under admission does not exist yet. Never throws for an answer, or the lack of one.
 */
export async function dryRunJob(
  client: Pick<KubeClient, 'create'>,
  job: Job,
  signal: AbortSignal,
): Promise<DryRunOutcome> {
  const warnings: string[] = [];
  const metadata = { ...job.metadata };
  delete metadata.ownerReferences;
  try {
    await client.create<Job>(
      JOBS,
      metadata.namespace,
      { ...job, metadata },
      {
        dryRun: true,
        fieldValidation: 'Strict',
        timeoutMs: LONGEST_DRY_RUN_MS,
        signal,
        onWarning: (text) => warnings.push(text),
      },
    );
    return { kind: 'accepted', warnings };
  } catch (error) {
    if (isAlreadyExists(error)) return { kind: 'accepted', warnings };
    if (error instanceof KubeApiError) return jobRefusal({ ...error.status, code: error.code });
    if (error instanceof KubeConnectionError) return { kind: 'unknown', why: error.message };
    if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
    throw error;
  }
}
