import type { Registry } from 'prom-client';
import type { RetentionPolicy } from '../../core/retention/retention-policy.ts';
import type { SyncerConfig } from '../config.ts';
import type { RetentionOptions } from '../controller/controller-options.ts';
import { retentionMetrics } from './retention-metrics.ts';

/** What a test replaces. */
export type RetentionTime = Pick<RetentionOptions, 'clock' | 'timers'>;

/** Connects everything that retention needs besides what the controller has. */
export function wireRetention(
  { config, retentionTime }: { config: SyncerConfig; retentionTime?: RetentionTime },
  registry: Registry,
): RetentionOptions {
  const defaults: RetentionPolicy = {
    ttlSecondsAfterFinished: config.retentionTtlSecondsAfterFinished,
    successfulRunsHistoryLimit: config.retentionSuccessfulRunsHistoryLimit,
    failedRunsHistoryLimit: config.retentionFailedRunsHistoryLimit,
  };
  return { defaults, metrics: retentionMetrics(registry), ...retentionTime };
}
