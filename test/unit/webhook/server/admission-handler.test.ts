import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Decide } from '../../../../webhook/admission/decide.ts';
import { allow } from '../../../../webhook/admission/verdict.ts';
import { admissionHandler } from '../../../../webhook/server/admission-handler.ts';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import { collectedLog } from '../collected-log.ts';
import { jobRunReview } from '../reviews.ts';

let metrics: WebhookMetrics;

beforeEach(() => {
  vi.useFakeTimers();
  metrics = new WebhookMetrics();
});

afterEach(() => {
  vi.useRealTimers();
});

const handler = (decide: Decide) =>
  admissionHandler({ webhook: 'validate', decide, metrics, logger: collectedLog().logger });

it('aborts the decision when four fifths of the timeout have passed', async () => {
  const answer = handler(
    (_request, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve(allow([String(signal.reason)]));
        });
      }),
  )({ body: jobRunReview(), timeout: '10s' });
  await vi.advanceTimersByTimeAsync(7999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect((await answer).response.warnings).toEqual(['TimeoutError: the time to decide is up']);
});

it('leaves no timer after the response or after a failure', async () => {
  await handler(() => allow())({ body: jobRunReview(), timeout: undefined });
  expect(vi.getTimerCount()).toBe(0);
  const failing = handler(() => Promise.reject(new Error('a bug')));
  await expect(failing({ body: jobRunReview(), timeout: undefined })).rejects.toMatchObject({
    message: 'no decision on admission request 705ab4f5-6393-11e8-b7cc-42010a800002',
    cause: { message: 'a bug' },
  });
  expect(vi.getTimerCount()).toBe(0);
});

it('counts the verdict', async () => {
  await handler(() => allow())({ body: jobRunReview(), timeout: undefined });
  expect(await metrics.registry.metrics()).toContain(
    'job_template_run_admission_verdicts_total{kind="JobRun",operation="CREATE",verdict="allowed"} 1',
  );
});
