import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { AttemptOutcome } from '../../core/callback/attempt.ts';

/** What the delivery of callbacks reports about itself, besides the metrics of its work queue. */
export interface CallbackMetrics {
  attempted: (outcome: AttemptOutcome['kind']) => void;
  settled: (state: 'Delivered' | 'Failed') => void;
}

/** Registers the metrics. Call it once per registry. */
export function callbackMetrics(registry: Registry): CallbackMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'job_template_run_callback_attempts_total',
    help: 'Number of requests to receivers of callbacks, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const settled = new Counter({
    name: 'job_template_run_callbacks_total',
    help: 'Number of callbacks that were delivered or given up, by state',
    labelNames: ['state'] as const,
    registers,
  });
  return {
    attempted: (outcome) => {
      attempts.inc({ outcome });
    },
    settled: (state) => {
      settled.inc({ state });
    },
  };
}
