import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { BUCKETS } from './buckets.ts';

/** Result of one reconcile, as controller-runtime counts it. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** What a work queue reports about itself. */
export interface WorkQueueMetrics {
  added: () => void;
  depth: (keys: number) => void;
  /** `queuedSeconds`: how long the key waited. `active`: how many keys are processed now. */
  started: (queuedSeconds: number, active: number) => void;
  finished: (result: ReconcileResult, seconds: number, active: number) => void;
  retried: () => void;
}

/** Registers the metrics of work queues. Call it once per registry; call the result once per queue. */
export function workQueueMetrics(registry: Registry): (controller: string) => WorkQueueMetrics {
  const queue = queueMetrics(registry);
  const reconciles = reconcileMetrics(registry);
  return (controller) => ({
    added: () => {
      queue.adds.inc({ name: controller });
    },
    depth: (keys) => {
      queue.depth.set({ name: controller }, keys);
    },
    started: (queuedSeconds, workers) => {
      queue.queued.observe({ name: controller }, queuedSeconds);
      reconciles.active.set({ controller }, workers);
    },
    finished: (result, spent, workers) => {
      reconciles.active.set({ controller }, workers);
      reconciles.results.inc({ controller, result });
      if (result === 'error') reconciles.errors.inc({ controller });
      reconciles.seconds.observe({ controller }, spent);
      queue.work.observe({ name: controller }, spent);
    },
    retried: () => {
      queue.retries.inc({ name: controller });
    },
  });
}

/** The names are client-go's. */
function queueMetrics(registry: Registry) {
  const byName = { labelNames: ['name'] as const, registers: [registry] };
  return {
    depth: new Gauge({ name: 'workqueue_depth', help: 'Keys waiting in the work queue', ...byName }),
    adds: new Counter({ name: 'workqueue_adds_total', help: 'Keys added to the work queue', ...byName }),
    retries: new Counter({ name: 'workqueue_retries_total', help: 'Keys added again after a failure', ...byName }),
    queued: new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'Seconds that a key waited before it was taken',
      buckets: BUCKETS,
      ...byName,
    }),
    work: new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'Seconds that processing a key took',
      buckets: BUCKETS,
      ...byName,
    }),
  };
}

/** The names are controller-runtime's. */
function reconcileMetrics(registry: Registry) {
  const byController = { labelNames: ['controller'] as const, registers: [registry] };
  return {
    active: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Reconciles in progress',
      ...byController,
    }),
    errors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciles that failed',
      ...byController,
    }),
    results: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles by result',
      labelNames: ['controller', 'result'],
      registers: [registry],
    }),
    seconds: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Seconds that a reconcile took',
      buckets: BUCKETS,
      ...byController,
    }),
  };
}
