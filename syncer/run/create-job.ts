import type { JobRun } from '../../api/job-run.ts';
import { REASON_JOB_CREATION_SLOW } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import type { CreatedJob } from '../../core/run/situation.ts';
import { isAlreadyExists, KubeApiError, KubeTimeoutError } from '../../kube/client/api-error.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import type { BackoffLimits } from '../../kube/controller/backoff.ts';
import { generationOf, next, type Applied, type StepOf } from './applied.ts';
import type { ApplyContext } from './apply.ts';
import { creationFailure, isUnclear } from './creation-failure.ts';
import { NoTurnError } from './write-turns.ts';
import { TURN_MS } from '../../core/run/creation-problem.ts';

/** What is forgotten once the run has its Job. */
const NO_DELAY = { blocked: undefined, timeouts: undefined, refusals: undefined } as const;

/** A refusal is an answer. What may be different the next time is thrown. */
export async function createJob(context: ApplyContext, run: JobRun, step: StepOf<'createJob'>): Promise<Applied> {
  try {
    const job = await context.cluster.createJob(run.metadata.namespace ?? '', step.job);
    context.jobs.put(job);
    const created = { template: step.template, ...madeNow(context, job) };
    context.records.update(run, { created, appliedGeneration: generationOf(run), ...NO_DELAY });
    return next({ job });
  } catch (error) {
    if (error instanceof NoTurnError) return noTurn(error);
    if (isAlreadyExists(error)) return next({ creation: { kind: 'nameTaken' } });
    if (isUnclear(error)) context.unclear.sent(run.metadata.uid ?? '');
    if (error instanceof KubeTimeoutError) return timedOut(context, run);
    return creationProblem(context, run, step, error);
  }
}

/** Only that a namespace is slow is reported: other waits are short. */
function noTurn({ isSlow }: NoTurnError): Applied {
  return isSlow ? next({ creation: { kind: 'noTurn' } }) : { kind: 'done', again: { afterMs: TURN_MS } };
}

/** Work on a Job that the API server checks slowly is not repeated often. */
const TIMEOUT_BACKOFF: BackoffLimits = { baseMs: 5_000, maxMs: 120_000 };

/**
 * Says nothing about the API server as a whole: how long a creation takes is up to the Job, and to admission webhooks. If
 * the API server is down, the live read that follows fails too.
 */
function timedOut({ records, clock }: ApplyContext, run: JobRun): Applied {
  const { timeouts = 0 } = records.get(run);
  const untilMs = clock.monotonic() + backoffMs(TIMEOUT_BACKOFF, timeouts);
  const blocked = { reason: REASON_JOB_CREATION_SLOW, message: TIMED_OUT, untilMs };
  records.update(run, { timeouts: timeouts + 1, blocked });
  return next({ creation: { kind: 'timedOut' } });
}

/** As long as for a Job that is checked slowly: a person may have to help. */
const REFUSAL_BACKOFF: BackoffLimits = { baseMs: 1_000, maxMs: 120_000 };

/** The API server has refused the Job for now: it is not created before this time. */
export function delayCreation(
  { records, clock }: ApplyContext,
  run: JobRun,
  { reason, message }: StepOf<'delayCreation'>,
): Applied {
  const { refusals = 0 } = records.get(run);
  const untilMs = clock.monotonic() + backoffMs(REFUSAL_BACKOFF, refusals);
  records.update(run, { refusals: refusals + 1, blocked: { reason, message, untilMs } });
  return next({});
}

const TIMED_OUT =
  'the API server did not answer in time when the Job was created; look for a slow admission webhook, or make the Job smaller';

/**
 * A namespace that is being deleted never accepts a Job again. But if it is created again under the same name, an API
 * server may report the deletion for a moment longer. So a run tries again. The delay is random, between this time and
 * twice this time, so that the runs of one namespace do not all try at once.
 */
const TERMINATING_MS = 60_000;

/** The API server's reasons, for a refusal without one: that of an admission webhook, or of a proxy. */
const REASONS: Readonly<Record<number, string>> = { 404: 'NotFound', 500: 'InternalError' };
/** What the reason of a condition or of an Event can be. An admission webhook may send any text. */
const REASON = /^[A-Z][A-Za-z0-9]{0,127}$/;

function reasonOf({ code, reason }: KubeApiError): string {
  return REASON.test(reason) ? reason : (REASONS[code] ?? 'Forbidden');
}

function creationProblem(
  { records, clock }: ApplyContext,
  run: JobRun,
  { hide }: StepOf<'createJob'>,
  error: unknown,
): Applied {
  const failure = creationFailure(error);
  if (!(error instanceof KubeApiError)) throw error;
  // The log has the message of an error that is thrown.
  if (failure === 'transient') throw error.withMessages(hide);
  const message = hide(error.status.message ?? error.message);
  const reason = reasonOf(error);
  switch (failure) {
    case 'refused':
      return next({ creation: { kind: 'refused', message } });
    case 'blocked':
      return next({ creation: { kind: 'blocked', reason, message } });
    case 'terminating': {
      const untilMs = clock.monotonic() + TERMINATING_MS * (1 + Math.random());
      records.update(run, { blocked: { reason, message, untilMs } });
      return next({});
    }
  }
}

/** An earlier attempt has created the Job. */
export function adoptJob(context: ApplyContext, run: JobRun, { job, template }: StepOf<'adoptJob'>): Applied {
  context.jobs.put(job);
  context.records.update(run, { created: { template, ...madeNow(context, job) }, ...NO_DELAY });
  return next({});
}

function madeNow({ clock }: ApplyContext, { metadata }: Job): Pick<CreatedJob, 'uid' | 'atMs'> {
  return { uid: metadata?.uid, atMs: clock.monotonic() };
}
