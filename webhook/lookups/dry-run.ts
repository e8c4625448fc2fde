import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { isStrictDecodingError, jobRefusal, type JobRefusal, type Status } from '../../core/refusal/job-refusal.ts';
import { isAlreadyExists, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';

/** The API server's verdict on a Job; `warnings` are its own, for instance from Pod security. */
export type DryRunOutcome = { kind: 'accepted'; warnings: string[] } | JobRefusal;

/** Half of the webhook's default timeout of five seconds, so that there is time left to answer if the dry run times out. */
const DRY_RUN_TIMEOUT_MS = 2500;

/**
 * Creates the Job in a strict dry run: the API server checks it, rejects unknown fields, and stores nothing. The owner
 * reference is left out, as the JobRun does not exist yet. A refusal and a missing answer are outcomes, not exceptions.
 */
export async function dryRunJob(
  client: Pick<KubeClient, 'create'>,
  job: Job,
  signal: AbortSignal,
): Promise<DryRunOutcome> {
  const metadata = { ...job.metadata };
  delete metadata.ownerReferences;
  const attempt = { client, job: { ...job, metadata }, signal };
  const strict = await dryRun(attempt, 'Strict');
  if (strict.kind !== 'undecodable') return strict;
  // With unknown fields, the API server checks nothing else. Ignoring them gives the remaining errors.
  const lenient = await dryRun(attempt, 'Ignore');
  const more = lenient.kind === 'invalid' ? lenient.errors : [];
  return { kind: 'invalid', errors: [...strict.errors, ...more] };
}

interface Attempt {
  client: Pick<KubeClient, 'create'>;
  job: Job;
  signal: AbortSignal;
}

/** `undecodable`: the Job has unknown fields. */
type AttemptOutcome = DryRunOutcome | { kind: 'undecodable'; errors: FieldError[] };

async function dryRun({ client, job, signal }: Attempt, fieldValidation: 'Strict' | 'Ignore'): Promise<AttemptOutcome> {
  const warnings: string[] = [];
  const onWarning = (text: string): number => warnings.push(text);
  const options = { dryRun: true, fieldValidation, timeoutMs: DRY_RUN_TIMEOUT_MS, signal, onWarning };
  try {
    await withRetry(() => client.create<Job>(JOBS, job.metadata?.namespace, job, options));
    return { kind: 'accepted', warnings };
  } catch (error) {
    if (isAlreadyExists(error)) return { kind: 'accepted', warnings };
    if (error instanceof KubeApiError) return refusalOf({ ...error.status, code: error.code }, job);
    if (error instanceof KubeConnectionError) return { kind: 'unknown', why: error.message };
    if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
    throw error;
  }
}

/** An idle connection can break just when it is used again. A dry run can safely be repeated. */
async function withRetry(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    const isBroken = error instanceof KubeConnectionError && error.cause !== undefined;
    if (!isBroken) throw error;
    await create();
  }
}

function refusalOf(status: Status, job: Job): AttemptOutcome {
  const refusal = jobRefusal(status, job);
  if (refusal.kind !== 'invalid' || !isStrictDecodingError(status)) return refusal;
  return { kind: 'undecodable', errors: refusal.errors };
}
