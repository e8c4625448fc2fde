import type { Logger } from 'pino';
import type { AdmissionReviewAnswer } from '../../api/admission-review.ts';
import { admissionAnswer, admissionRequest } from './admission-review.ts';
import type { Decide } from '../admission/decide.ts';
import { logDecision } from './decision-log.ts';
import type { WebhookMetrics } from './metrics.ts';
import { budgetMs } from './time-budget.ts';

export interface AdmissionHandlerOptions {
  /** `validate` or `mutate`, for logs and metrics. */
  webhook: string;
  decide: Decide;
  metrics: WebhookMetrics;
  logger: Logger;
}

/** One AdmissionReview, not yet validated. */
export interface AdmissionCall {
  body: unknown;
  /** The `?timeout=` that the API server sends. */
  timeout: unknown;
}

/** Answers AdmissionReviews with the verdict of `decide`. @throws HttpError if the body is not an AdmissionReview. */
export function admissionHandler(
  options: AdmissionHandlerOptions,
): (call: AdmissionCall) => Promise<AdmissionReviewAnswer> {
  const { webhook, decide, metrics, logger } = options;
  return async ({ body, timeout }) => {
    const started = performance.now();
    const request = admissionRequest(body);
    // Not AbortSignal.timeout: its timer cannot be cleared, and fires after the answer.
    const overdue = new AbortController();
    const timer = setTimeout(() => {
      overdue.abort(new DOMException('the time to decide is up', 'TimeoutError'));
    }, budgetMs(timeout));
    let verdict;
    try {
      verdict = await decide(request, overdue.signal);
    } catch (cause) {
      throw new Error(`no decision on admission request ${request.uid}`, { cause });
    } finally {
      clearTimeout(timer);
    }
    logDecision(logger, { webhook, request, verdict, milliseconds: performance.now() - started });
    const { operation, kind } = request;
    metrics.decided(kind.kind, operation, verdict.allowed);
    return admissionAnswer(request.uid, verdict);
  };
}
