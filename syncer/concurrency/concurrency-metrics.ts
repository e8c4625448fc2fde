import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Registers the number of runs that wait for a place. Call it once per registry. */
export function registerQueuedRuns(registry: Registry, count: () => number): void {
  new Gauge({
    name: 'job_template_run_jobruns_queued',
    help: 'Number of JobRuns that wait for a place in their concurrency group',
    registers: [registry],
    collect() {
      this.set(count());
    },
  });
}
