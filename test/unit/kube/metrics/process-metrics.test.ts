import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { processMetrics } from '../../../../kube/metrics/process-metrics.ts';

describe('what a process tells of itself', () => {
  it('holds CPU, memory and the event loop, and nothing that only a timer could tell', async () => {
    const registry = new Registry();
    processMetrics(registry);
    await registry.metrics();
    const end = performance.now() + 50;
    while (performance.now() < end);
    await sleep(1);
    const text = await registry.metrics();
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toMatch(new RegExp(`^${name} [\\d.e-]+`, 'm'));
    }
    expect(text).not.toContain('nodejs_eventloop_lag_p99');
    const [, busy] = /^nodejs_eventloop_utilization_ratio ([\d.e-]+)$/m.exec(text) ?? [];
    expect(Number(busy)).toBeGreaterThan(0.5);
    expect(Number(busy)).toBeLessThanOrEqual(1);
    registry.clear();
  });
});
