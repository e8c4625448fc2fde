import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { workQueueMetrics } from '../../../../kube/metrics/work-queue-metrics.ts';

describe('workQueueMetrics', () => {
  it('counts what a queue reports, per queue name', async () => {
    const registry = new Registry();
    const metricsOf = workQueueMetrics(registry);
    const [one, two] = [metricsOf('one'), metricsOf('two')];
    one.added();
    one.added();
    two.added();
    one.depth(2);
    one.started(0.2, 1);
    one.started(0.2, 2);
    one.finished('success', 3, 1);
    one.finished('error', 3, 0);
    one.retried();
    const text = await registry.metrics();
    const expected = [
      'workqueue_adds_total{name="one"} 2',
      'workqueue_adds_total{name="two"} 1',
      'workqueue_depth{name="one"} 2',
      'workqueue_retries_total{name="one"} 1',
      'workqueue_queue_duration_seconds_sum{name="one"} 0.4',
      'workqueue_work_duration_seconds_sum{name="one"} 6',
      'controller_runtime_active_workers{controller="one"} 0',
      'controller_runtime_reconcile_total{controller="one",result="success"} 1',
      'controller_runtime_reconcile_total{controller="one",result="error"} 1',
      'controller_runtime_reconcile_errors_total{controller="one"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="one"} 2',
    ];
    expect(text.split('\n')).toEqual(expect.arrayContaining(expected));
  });
});
