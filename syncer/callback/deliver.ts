import type { CallbackStatus } from '../../api/callback.ts';
import type { JobRun } from '../../api/job-run.ts';
import { afterAttempt, neverSent } from '../../core/callback/attempt.ts';
import type { AttemptOutcome } from '../../core/callback/attempt.ts';
import { authorizationHeaders } from '../../core/callback/authorization.ts';
import { callbackErrors } from '../../core/callback/callback-errors.ts';
import type { CallbackPolicy } from '../../core/callback/callback-policy.ts';
import { callbackId, callbackPayload, eventHeaders } from '../../core/callback/payload.ts';
import { receiverOf } from '../../core/callback/receiver.ts';
import { formatFieldErrors } from '../../core/errors/field-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Clock } from '../clock.ts';
import type { WriteGuard } from '../write-guard.ts';
import type { CallbackMetrics } from './callback-metrics.ts';
import type { CallbackRequest, CallbackSender } from './callback-sender.ts';
import { callbackToken } from './callback-token.ts';

export interface DeliverContext {
  policy: CallbackPolicy;
  /** Reads Secrets. */
  client: Pick<KubeClient, 'get'>;
  guard: WriteGuard;
  clock: Pick<Clock, 'now'>;
  sender: Pick<CallbackSender, 'send'>;
  metrics?: Pick<CallbackMetrics, 'attempted'> | undefined;
}

/**
 * Makes one attempt to deliver the callback of a finished run. What admission has checked is checked again: it may not have
 * been asked, and the administrator may have changed what is permitted.
 *
 * @returns the status of the callback after it
 * @throws errors of the API server, and the reason of `stop`; the attempt then counts as not made
 */
export async function deliver(context: DeliverContext, run: JobRun, stop: AbortSignal): Promise<CallbackStatus> {
  const errors = callbackErrors(run, context.policy);
  const url = URL.parse(receiverOf(run)?.url ?? '');
  if (errors.length > 0 || url === null) return neverSent(run.status?.callback, formatFieldErrors(errors));
  const outcome = await attempt(context, run, { url, stop });
  context.metrics?.attempted(outcome.kind);
  return afterAttempt(run.status?.callback, outcome, { nowMs: context.clock.now(), random: Math.random() });
}

async function attempt(
  { client, clock, guard, sender }: DeliverContext,
  run: JobRun,
  { url, stop }: { url: URL; stop: AbortSignal },
): Promise<AttemptOutcome> {
  const answer = await callbackToken(run, client);
  if ('problem' in answer) return { kind: 'failed', error: answer.problem };
  guard.assertHeld();
  const request = requestFor(run, { url, token: answer.token, nowMs: clock.now() });
  return sender.send(request, AbortSignal.any([stop, guard.lost]));
}

function requestFor(
  run: JobRun,
  { url, token, nowMs }: { url: URL; token: string | undefined; nowMs: number },
): CallbackRequest {
  const body = JSON.stringify(callbackPayload(run));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'job-template-run',
    ...eventHeaders(run),
    ...authorizationHeaders(token, { id: callbackId(run), nowMs, body }),
  };
  return { url, headers, body };
}
