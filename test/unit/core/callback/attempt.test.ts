import { describe, expect, it } from 'vitest';
import type { CallbackStatus } from '../../../../api/callback.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import {
  afterAttempt,
  answerOutcome,
  isCallbackOpen,
  isCallbackPending,
  neverSent,
  untilAttempt,
} from '../../../../core/callback/attempt.ts';
import { echoRun } from '../objects.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const HOUR = 3_600_000;
const failed = { kind: 'failed', error: 'the receiver answered 500' } as const;

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i is a delivery', (code) => {
    expect(answerOutcome(code)).toEqual({ kind: 'delivered' });
  });

  it.each([400, 401, 403, 404, 410, 422, 499])('%i is final', (code) => {
    expect(answerOutcome(code)).toEqual({ kind: 'rejected', error: `the receiver answered ${code}, which is final` });
  });

  it.each([100, 408, 425, 429, 500, 502, 503, 599, 600])('%i is tried again', (code) => {
    expect(answerOutcome(code, 7)).toEqual({ kind: 'failed', error: `the receiver answered ${code}`, retryAfterMs: 7 });
  });

  it.each([301, 302, 307, 308])('%i is a redirect, which is not followed, and tried again', (code) => {
    expect(answerOutcome(code)).toMatchObject({
      kind: 'failed',
      error: `the receiver answered ${code}: redirects are not followed`,
    });
  });
});

describe('the status', () => {
  it('after a delivery has no error and no next attempt', () => {
    const before: CallbackStatus = { state: 'Pending', attempts: 2, lastError: 'x', nextAttemptTime: 'y' };
    expect(afterAttempt(before, { kind: 'delivered' }, { nowMs: NOW + 999, random: 0.5 })).toEqual({
      state: 'Delivered',
      attempts: 3,
      lastAttemptTime: '2026-11-28T12:00:00Z',
    });
  });

  it('has the receiver of the template after every attempt', () => {
    const receiver = { url: 'https://a.b', tokenSecretRef: { name: 'callback', key: 'token' } };
    const before: CallbackStatus = { state: 'Pending', attempts: 0, ...receiver };
    const time = { nowMs: NOW, random: 0.5 };
    expect(afterAttempt(before, { kind: 'delivered' }, time)).toMatchObject(receiver);
    expect(afterAttempt(before, failed, time)).toMatchObject(receiver);
    expect(neverSent(before, 'not permitted')).toMatchObject(receiver);
  });

  it('after a final answer is Failed', () => {
    const outcome = { kind: 'rejected', error: 'the receiver answered 404, which is final' } as const;
    expect(afterAttempt(undefined, outcome, { nowMs: NOW, random: 0.5 })).toEqual({
      state: 'Failed',
      attempts: 1,
      lastAttemptTime: '2026-11-28T12:00:00Z',
      lastError: 'the receiver answered 404, which is final',
    });
  });

  it('after a failure has the time of the next attempt', () => {
    expect(afterAttempt(undefined, failed, { nowMs: NOW, random: 0.5 })).toEqual({
      state: 'Pending',
      attempts: 1,
      lastAttemptTime: '2026-11-28T12:00:00Z',
      lastError: 'the receiver answered 500',
      nextAttemptTime: '2026-11-28T12:00:10Z',
    });
  });

  it('quotes a long error in part', () => {
    const { lastError } = afterAttempt(
      undefined,
      { kind: 'rejected', error: 'x'.repeat(999) },
      { nowMs: 0, random: 0 },
    );
    expect(lastError).toBe(`${'x'.repeat(253)}...`);
  });

  it('of a callback that is not permitted counts no attempt', () => {
    expect(neverSent(undefined, 'not permitted')).toEqual({ state: 'Failed', attempts: 0, lastError: 'not permitted' });
    const before: CallbackStatus = { state: 'Pending', attempts: 3, lastAttemptTime: 'then', nextAttemptTime: 'later' };
    expect(neverSent(before, 'not permitted')).toEqual({
      state: 'Failed',
      attempts: 3,
      lastAttemptTime: 'then',
      lastError: 'not permitted',
    });
  });
});

describe('the delays', () => {
  /** All attempts of a receiver that never answers. */
  function allAttempts(random: number): { delays: number[]; last: CallbackStatus } {
    const delays: number[] = [];
    let nowMs = NOW;
    let status = afterAttempt(undefined, failed, { nowMs, random });
    while (status.state === 'Pending') {
      const delay = untilAttempt(status, nowMs);
      delays.push(delay / 1000);
      nowMs += delay;
      status = afterAttempt(status, failed, { nowMs, random });
    }
    return { delays, last: status };
  }

  it('double up to an hour, and take 24 hours', () => {
    const { delays, last } = allAttempts(0.5);
    expect(delays.slice(0, 11)).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
    expect(delays).toHaveLength(32);
    expect(last).toMatchObject({ state: 'Failed', attempts: 33, lastError: 'the receiver answered 500' });
    expect(delays.reduce((sum, delay) => sum + delay, 0) / 3600).toBeCloseTo(24.4, 1);
  });

  it('differ by a tenth, so that receivers are not called in step', () => {
    expect(allAttempts(0).delays.slice(0, 3)).toEqual([9, 18, 36]);
    expect(allAttempts(1).delays.slice(0, 3)).toEqual([11, 22, 44]);
  });

  it.each([
    [60_000, 60],
    [1, 10],
    [-5, 10],
    [24 * HOUR, 3600],
  ])('are at least what the receiver requests (%i ms: %i s), up to an hour', (retryAfterMs, seconds) => {
    const status = afterAttempt(undefined, { ...failed, retryAfterMs }, { nowMs: NOW, random: 0.5 });
    expect(untilAttempt(status, NOW)).toBe(seconds * 1000);
  });

  it.each([
    ['it is absent', {}, 0],
    ['it is over', { nextAttemptTime: '2026-11-28T11:59:59Z' }, 0],
    ['it is in the far future: a clock was wrong', { nextAttemptTime: '2036-01-01T00:00:00Z' }, 1.1 * HOUR],
    ['it is no time', { nextAttemptTime: 'soon' }, 0],
  ])('the next attempt is due if its time is known (%s)', (_, status, ms) => {
    expect(untilAttempt(status, NOW)).toBeCloseTo(ms);
  });

  it('end also if somebody has written another count', () => {
    const before: CallbackStatus = { state: 'Pending', attempts: 10 ** 9 };
    expect(afterAttempt(before, failed, { nowMs: NOW, random: 0 })).toMatchObject({ state: 'Failed', attempts: 34 });
    const negative: CallbackStatus = { state: 'Pending', attempts: -5 };
    expect(afterAttempt(negative, failed, { nowMs: NOW, random: 0 })).toMatchObject({ state: 'Pending', attempts: 1 });
  });
});

describe('a callback', () => {
  const run = (status: JobRun['status'], callbackUrl?: string): JobRun => ({
    ...echoRun(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(status && { status }),
  });
  const finished = { conditions: [{ type: 'Finished', status: 'True' }] };
  const state = (of: CallbackStatus['state']) => ({ ...finished, callback: { state: of, attempts: 1 } });

  it.each([
    ['of a run without one', run(finished), false, false],
    ['of a run that has not finished', run({}, 'https://a.b'), true, false],
    ['of a run without a status', run(undefined, 'https://a.b'), true, false],
    ['of a finished run', run(finished, 'https://a.b'), true, true],
    ['that failed once', run(state('Pending'), 'https://a.b'), true, true],
    ['that is delivered', run(state('Delivered'), 'https://a.b'), false, false],
    ['that was given up', run(state('Failed'), 'https://a.b'), false, false],
  ])('%s', (_, of, isOpen, isPending) => {
    expect([isCallbackOpen(of), isCallbackPending(of)]).toEqual([isOpen, isPending]);
  });
});
