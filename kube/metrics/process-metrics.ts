import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Longer than any process runs. Node does not accept a longer time. */
const NEVER_MS = 2 ** 31 - 1;
/** These need a timer that wakes the process 100 times a second. That is more work than an idle webhook does otherwise. */
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((of) => `nodejs_eventloop_lag_${of}_seconds`);

/**
 * Registers the metrics of the process: CPU, memory, file descriptors, garbage collection, and for the event loop its
 * lag at the moment of the scrape and the share of time that it was busy.
 */
export function processMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of SAMPLED) registry.removeSingleMetric(name);
  let before = performance.eventLoopUtilization();
  new Gauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of time that the event loop was busy since the last scrape, from 0 to 1',
    registers: [registry],
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, before).utilization);
      before = now;
    },
  });
}
