import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { kubeMetrics } from '../../../../kube/metrics/client-metrics.ts';

describe('kubeMetrics', () => {
  it('counts requests by code, and their duration by verb', async () => {
    const registry = new Registry();
    const { onRequest } = kubeMetrics(registry);
    onRequest({ method: 'GET', host: 'api:6443', code: '200', seconds: 0.02 });
    onRequest({ method: 'GET', host: 'api:6443', code: '<error>', seconds: 40 });
    const text = await registry.metrics();
    expect(text).toContain('rest_client_requests_total{code="200",method="GET",host="api:6443"} 1\n');
    expect(text).toContain('rest_client_requests_total{code="<error>",method="GET",host="api:6443"} 1\n');
    const bucket = (le: string): string => `_bucket{le="${le}",verb="GET",host="api:6443"}`;
    expect(text).toContain(`rest_client_request_duration_seconds${bucket('0.01')} 0\n`);
    expect(text).toContain(`rest_client_request_duration_seconds${bucket('0.025')} 1\n`);
    expect(text).toContain(`rest_client_request_duration_seconds${bucket('30')} 1\n`);
    expect(text).toContain(`rest_client_request_duration_seconds${bucket('+Inf')} 2\n`);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('shows whether the process leads: %s as %i', async (isLeader, value) => {
    const registry = new Registry();
    const { leader } = kubeMetrics(registry);
    leader('syncer', !isLeader);
    leader('syncer', isLeader);
    expect(await registry.metrics()).toContain(`leader_election_master_status{name="syncer"} ${value}\n`);
  });

  it('includes the metrics of work queues and of the process', async () => {
    const registry = new Registry();
    kubeMetrics(registry).workQueue('runs').added();
    const text = await registry.metrics();
    expect(text).toContain('workqueue_adds_total{name="runs"} 1\n');
    expect(text).toContain('\nprocess_resident_memory_bytes ');
  });
});
