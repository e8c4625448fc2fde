import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RequestObserver } from '../client/request-sender.ts';
import { processMetrics } from './process-metrics.ts';

/** What came of one reconcile, as controller-runtime counts it. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** What a work queue tells about itself. */
export interface WorkQueueMetrics {
  added: () => void;
  depth: (keys: number) => void;
  /** Seconds from being added to being taken. */
  started: (queuedSeconds: number, active: number) => void;
  finished: (result: ReconcileResult, seconds: number, active: number) => void;
  retried: () => void;
}

/** Names and labels are those of client-go and controller-runtime, so that existing dashboards and alerts fit. */
export interface KubeMetrics {
  onRequest: RequestObserver;
  workQueue: (controller: string) => WorkQueueMetrics;
  leader: (name: string, isLeader: boolean) => void;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Registers the metrics of this folder, and those of the process, once per registry. */
export function kubeMetrics(registry: Registry): KubeMetrics {
  const registers = [registry];
  processMetrics(registry);
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, by status code, method and host',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Seconds until the response headers came, by verb and host',
    labelNames: ['verb', 'host'],
    buckets: BUCKETS,
    registers,
  });
  const leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process is the leader, else 0',
    labelNames: ['name'],
    registers,
  });
  return {
    onRequest: ({ code, method, host, seconds }) => {
      requests.inc({ code, method, host });
      requestSeconds.observe({ verb: method, host }, seconds);
    },
    workQueue: workQueueMetrics(registers),
    leader: (name, isLeader) => {
      leader.set({ name }, isLeader ? 1 : 0);
    },
  };
}

function workQueueMetrics(registers: Registry[]): (controller: string) => WorkQueueMetrics {
  const byName = { labelNames: ['name'] as const, registers };
  const byController = { labelNames: ['controller'] as const, registers };
  const depth = new Gauge({ name: 'workqueue_depth', help: 'Keys waiting in the work queue', ...byName });
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added to the work queue', ...byName });
  const retries = new Counter({ name: 'workqueue_retries_total', help: 'Keys added again after a failure', ...byName });
  const queued = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'Seconds that a key waited before it was taken',
    buckets: BUCKETS,
    ...byName,
  });
  const work = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Seconds that the work on a key took',
    buckets: BUCKETS,
    ...byName,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Reconciles going on now',
    ...byController,
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciles that failed',
    ...byController,
  });
  const results = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by result',
    labelNames: ['controller', 'result'],
    registers,
  });
  const seconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Seconds that a reconcile took',
    buckets: BUCKETS,
    ...byController,
  });
  return (controller) => ({
    added: () => {
      adds.inc({ name: controller });
    },
    depth: (keys) => {
      depth.set({ name: controller }, keys);
    },
    started: (queuedSeconds, workers) => {
      queued.observe({ name: controller }, queuedSeconds);
      active.set({ controller }, workers);
    },
    finished: (result, spent, workers) => {
      active.set({ controller }, workers);
      results.inc({ controller, result });
      if (result === 'error') errors.inc({ controller });
      seconds.observe({ controller }, spent);
      work.observe({ name: controller }, spent);
    },
    retried: () => {
      retries.inc({ name: controller });
    },
  });
}
