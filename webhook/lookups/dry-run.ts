import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { FieldError } from '../../core/errors/field-error.ts';
import { isStrictDecodingError, jobRefusal, type JobRefusal, type Status } from '../../core/job/job-refusal.ts';
import { isAlreadyExists, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';

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
  const metadata = { ...job.metadata };
  delete metadata.ownerReferences;
  const attempt = { client, job: { ...job, metadata }, signal };
  const strict = await dryRun(attempt, 'Strict');
  if (strict.kind !== 'undecodable') return strict;
  // The API server looks at nothing else while there are unknown fields; without them it tells the rest of the mistakes.
  const lenient = await dryRun(attempt, 'Ignore');
  const more = lenient.kind === 'invalid' ? lenient.errors : [];
  return { kind: 'invalid', errors: [...strict.errors, ...more] };
}

interface Attempt {
  client: Pick<KubeClient, 'create'>;
  job: Job;
  signal: AbortSignal;
}

/** `undecodable`: there are fields that no Job has. */
type AttemptOutcome = DryRunOutcome | { kind: 'undecodable'; errors: FieldError[] };

async function dryRun({ client, job, signal }: Attempt, fieldValidation: 'Strict' | 'Ignore'): Promise<AttemptOutcome> {
  const warnings: string[] = [];
  const onWarning = (text: string): number => warnings.push(text);
  const options = { dryRun: true, fieldValidation, timeoutMs: LONGEST_DRY_RUN_MS, signal, onWarning };
  try {
    await onceMore(() => client.create<Job>(JOBS, job.metadata?.namespace, job, options));
    return { kind: 'accepted', warnings };
  } catch (error) {
    if (isAlreadyExists(error)) return { kind: 'accepted', warnings };
    if (error instanceof KubeApiError) return refusalOf({ ...error.status, code: error.code }, job);
    if (error instanceof KubeConnectionError) return { kind: 'unknown', why: error.message };
    if (signal.aborted) return { kind: 'unknown', why: 'the API server took too long to answer' };
    throw error;
  }
}

/** A kept connection may break at the moment it is used again; a dry run does no harm when it is made twice. */
async function onceMore(create: () => Promise<unknown>): Promise<void> {
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
