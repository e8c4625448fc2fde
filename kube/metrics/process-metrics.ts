import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Longer than any process runs, and the longest that Node takes. */
const NEVER_MS = 2 ** 31 - 1;
/** From a timer that wakes the process a hundred times a second: more than all else that an idle webhook does. */
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((of) => `nodejs_eventloop_lag_${of}_seconds`);

/**
 * Registers what the process tells of itself: CPU, memory, file descriptors, garbage collection, and of its event loop the
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
