import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RemovalReason } from '../../core/retention/next-removal.ts';

/** What retention reports about itself, besides the metrics of its work queue. */
export interface RetentionMetrics {
  removed: (reason: RemovalReason) => void;
}

/** Registers the metrics. Call it once per registry. */
export function retentionMetrics(registry: Registry): RetentionMetrics {
  const removed = new Counter({
    name: 'job_template_run_jobruns_removed_total',
    help: 'Number of finished JobRuns that were removed, by reason: ttl, successful-limit or failed-limit',
    labelNames: ['reason'] as const,
    registers: [registry],
  });
  return {
    removed: (reason) => {
      removed.inc({ reason });
    },
  };
}
