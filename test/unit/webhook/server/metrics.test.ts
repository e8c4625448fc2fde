import { expect, it } from 'vitest';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';

it('counts the requests to the API server', async () => {
  const metrics = new WebhookMetrics();
  metrics.observeApiRequest({ method: 'GET', host: 'h:443', code: '200', seconds: 0.1 });
  metrics.observeApiRequest({ method: 'GET', host: 'h:443', code: '200', seconds: 0.1 });
  expect(await metrics.registry.metrics()).toContain(
    'rest_client_requests_total{code="200",method="GET",host="h:443"} 2',
  );
});

it('has few series for decisions, whatever the requests name', async () => {
  const metrics = new WebhookMetrics();
  for (let i = 0; i < 100; i += 1) metrics.decided(`Kind${i}`, `OPERATION${i}`, true);
  metrics.decided('JobRun', 'CREATE', false);
  const series = (await metrics.registry.metrics()).split('\n').filter((line) => line.includes('verdicts_total{'));
  expect(series).toEqual([
    'job_template_run_admission_verdicts_total{kind="other",operation="other",verdict="allowed"} 100',
    'job_template_run_admission_verdicts_total{kind="JobRun",operation="CREATE",verdict="denied"} 1',
  ]);
});

it('has its own registry', async () => {
  const [one, other] = [new WebhookMetrics(), new WebhookMetrics()];
  one.certificateReads.inc();
  expect(await other.registry.metrics()).toContain('certwatcher_read_certificate_total 0');
});

it('describes every metric', async () => {
  const metrics = await new WebhookMetrics().registry.getMetricsAsJSON();
  expect(metrics.length).toBeGreaterThan(5);
  for (const { name, help } of metrics) {
    expect(help, name).toMatch(/^[A-Z].*\.$/);
  }
});
