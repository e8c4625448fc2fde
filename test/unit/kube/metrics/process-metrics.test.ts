import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { processMetrics } from '../../../../kube/metrics/process-metrics.ts';

describe('the metrics of a process', () => {
  it('include CPU, memory and the event loop, and nothing that needs a timer', async () => {
    const registry = new Registry();
    processMetrics(registry);
    const text = await registry.metrics();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toMatch(new RegExp(`^${name} [\\d.e-]+`, 'm'));
    }
    expect(text).not.toContain('nodejs_eventloop_lag_p99');
    registry.clear();
  });

  it('include the share of time that the event loop was busy since the last scrape', async () => {
    const since = performance.eventLoopUtilization.bind(performance);
    const total = { idle: 0, active: 0, utilization: 0 };
    const spy = vi
      .spyOn(performance, 'eventLoopUtilization')
      .mockImplementation((now, before) => (now === undefined ? { ...total } : since(now, before)));
    const registry = new Registry();
    processMetrics(registry);
    const busy = async () => /^nodejs_eventloop_utilization_ratio (.*)$/m.exec(await registry.metrics())?.[1];
    Object.assign(total, { idle: 25, active: 75 });
    expect(await busy()).toBe('0.75');
    Object.assign(total, { idle: 100, active: 100 });
    expect(await busy()).toBe('0.25');
    spy.mockRestore();
    registry.clear();
  });
});
