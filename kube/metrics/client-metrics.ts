import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RequestObserver } from '../client/request-sender.ts';
import { BUCKETS } from './buckets.ts';
import { processMetrics } from './process-metrics.ts';
import { workQueueMetrics } from './work-queue-metrics.ts';
import type { WorkQueueMetrics } from './work-queue-metrics.ts';

/** Names and labels are those of client-go and controller-runtime, so that existing dashboards and alerts work. */
export interface KubeMetrics {
  onRequest: RequestObserver;
  workQueue: (controller: string) => WorkQueueMetrics;
  leader: (name: string, isLeader: boolean) => void;
}

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
    help: 'Seconds until the response headers arrived, by verb and host',
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
    workQueue: workQueueMetrics(registry),
    leader: (name, isLeader) => {
      leader.set({ name }, isLeader ? 1 : 0);
    },
  };
}
