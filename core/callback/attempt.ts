import type { CallbackStatus } from '../../api/callback.ts';
import type { JobRun } from '../../api/job-run.ts';
import { isFinished } from '../status/job-run-status.ts';
import { receiverOf } from './receiver.ts';

/** The delay after the first failed attempt. Each later one doubles, up to the longest. */
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 3_600_000;
/** With the delays between them, the attempts take 24 hours. */
const ATTEMPTS = 33;
const LONGEST_ERROR = 256;

/** What one attempt resulted in. `error`: a sentence for people, without secrets. */
export type AttemptOutcome =
  | { kind: 'delivered' }
  /** Another attempt would not help. */
  | { kind: 'rejected'; error: string }
  /** Another attempt may succeed. `retryAfterMs`: the delay that the receiver requested. */
  | { kind: 'failed'; error: string; retryAfterMs?: number | undefined };

/** Client errors that another attempt may not have: timeout, too early, too many requests. */
const PASSING_CODES = [408, 425, 429];

/** What an answer of the receiver means. A redirect is not followed. */
export function answerOutcome(code: number, retryAfterMs?: number): AttemptOutcome {
  if (code >= 200 && code < 300) return { kind: 'delivered' };
  const isFinal = code >= 400 && code < 500 && !PASSING_CODES.includes(code);
  if (isFinal) return { kind: 'rejected', error: `the receiver answered ${code}, which is final` };
  const redirect = code >= 300 && code < 400 ? ': redirects are not followed' : '';
  return { kind: 'failed', error: `the receiver answered ${code}${redirect}`, retryAfterMs };
}

/** The moment of an attempt, and a random number from 0 to 1, so that receivers are not called in step. */
export interface AttemptTime {
  nowMs: number;
  random: number;
}

/** The status of the callback after an attempt. */
export function afterAttempt(
  before: CallbackStatus | undefined,
  outcome: AttemptOutcome,
  { nowMs, random }: AttemptTime,
): CallbackStatus {
  const attempts = attemptsOf(before) + 1;
  const made = { ...receiverIn(before), attempts, lastAttemptTime: timeOf(nowMs) };
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'Delivered', ...made };
    case 'rejected':
      return { state: 'Failed', ...made, lastError: shortened(outcome.error) };
    case 'failed': {
      const lastError = shortened(outcome.error);
      if (attempts >= ATTEMPTS) return { state: 'Failed', ...made, lastError };
      const delayMs = Math.max(delayAfter(attempts) * (0.9 + random / 5), requestedDelay(outcome));
      return { state: 'Pending', ...made, lastError, nextAttemptTime: timeOf(nowMs + delayMs) };
    }
  }
}

/** The callback can never be sent: no attempt is made. */
export function neverSent(before: CallbackStatus | undefined, error: string): CallbackStatus {
  const { lastAttemptTime } = before ?? {};
  return {
    state: 'Failed',
    ...receiverIn(before),
    attempts: attemptsOf(before),
    ...(lastAttemptTime !== undefined && { lastAttemptTime }),
    lastError: shortened(error),
  };
}

/**
 * How long to wait for the next attempt; 0 if it is due. Never longer than after an attempt, whatever the status contains: a
 * clock can have been wrong.
 */
export function untilAttempt({ nextAttemptTime }: Partial<CallbackStatus>, nowMs: number): number {
  const atMs = nextAttemptTime === undefined ? Number.NaN : Date.parse(nextAttemptTime);
  return Number.isNaN(atMs) ? 0 : Math.min(Math.max(atMs - nowMs, 0), LONGEST_DELAY_MS * 1.1);
}

/** Whether a run has a callback that is neither delivered nor given up. It becomes due when the run finishes. */
export function isCallbackOpen(run: JobRun): boolean {
  const state = run.status?.callback?.state;
  return receiverOf(run) !== undefined && state !== 'Delivered' && state !== 'Failed';
}

/** Whether the callback of a run has to be sent, now or later. */
export function isCallbackPending(run: JobRun): boolean {
  return isCallbackOpen(run) && isFinished(run);
}

/** The receiver of the template does not change once the run has finished. */
function receiverIn({ url, tokenSecretRef }: Partial<CallbackStatus> = {}): Partial<CallbackStatus> {
  return { ...(url !== undefined && { url }), ...(tokenSecretRef && { tokenSecretRef }) };
}

function delayAfter(attempts: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
}

/** A receiver cannot delay the next attempt for longer than the longest delay. */
function requestedDelay({ retryAfterMs = 0 }: { retryAfterMs?: number | undefined }): number {
  return Math.min(Math.max(retryAfterMs, 0), LONGEST_DELAY_MS);
}

/** A status that another program wrote can contain any number. */
function attemptsOf(before: CallbackStatus | undefined): number {
  const { attempts = 0 } = before ?? {};
  return Math.min(Math.max(attempts, 0), ATTEMPTS);
}

function shortened(error: string): string {
  return error.length <= LONGEST_ERROR ? error : `${error.slice(0, LONGEST_ERROR - 3)}...`.toWellFormed();
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
