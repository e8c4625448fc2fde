import { KubeConfig } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';
import { JOBS } from '../../../api/resources.ts';
import { createComponents, type Components } from '../../../webhook/components.ts';
import { readConfig } from '../../../webhook/config.ts';
import { listenOn, portOf } from '../../../kube/process/listen.ts';
import { WebhookMetrics } from '../../../webhook/server/metrics.ts';
import { json, serve, type Seen } from '../kube/client/loopback-server.ts';
import { collectedLog } from './collected-log.ts';

interface Begun extends Components {
  metrics: WebhookMetrics;
  requests: Seen[];
}

/** The components, with an API server that has no objects. Nothing is started. */
async function begin(environment: Record<string, string> = {}): Promise<Begun> {
  const { requests, url } = await serve(({ url: path }, response) => {
    // A watch stays open.
    if (!path.includes('watch=true')) json(response, { metadata: { resourceVersion: '1' }, items: [] });
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'test', server: url, skipTLSVerify: true }, { name: 'test' });
  const config = readConfig({ TLS_CERT_FILE: '/none/tls.crt', TLS_KEY_FILE: '/none/tls.key', ...environment });
  const metrics = new WebhookMetrics();
  const components = createComponents({ kubeConfig, config, metrics, logger: collectedLog().logger });
  onTestFinished(async () => {
    await Promise.all([components.templates.stop(), components.clusterTemplates.stop(), components.app.close()]);
    await components.client.close();
  });
  return { ...components, metrics, requests };
}

const missing = ({ readiness }: Components): string[] => readiness.missing().map(({ what }) => what);

it('the components do nothing before they are started', async () => {
  const { client, requests, app, health, certificates } = await begin();
  await client.list(JOBS);
  expect(requests.map(({ url }) => url)).toEqual(['/apis/batch/v1/jobs']);
  expect([app.server.listening, health.listening, certificates.pair]).toEqual([false, false, undefined]);
});

it('what is missing is listed with the reason', async () => {
  const { readiness } = await begin({ VALIDATING_WEBHOOK_CONFIGURATION: 'v' });
  expect(readiness.missing()).toEqual([
    { what: 'certificate', why: 'not read yet' },
    { what: 'listening', why: 'the HTTPS port is not open yet' },
    { what: 'caches', why: 'the templates are not listed yet' },
    { what: 'caBundle', why: 'not checked yet' },
    { what: 'paths', why: 'no path that ends in /validate is known yet from ValidatingWebhookConfiguration v' },
  ]);
});

it('without webhook configurations, no CA bundle is missing', async () => {
  expect(missing(await begin())).toEqual(['certificate', 'listening', 'caches']);
});

it('the caches are missing until both kinds of template are listed', async () => {
  const components = await begin();
  components.templates.start();
  await components.templates.whenSynced();
  expect(missing(components)).toContain('caches');
  components.clusterTemplates.start();
  await components.clusterTemplates.whenSynced();
  expect(missing(components)).not.toContain('caches');
});

it('the HTTPS port is missing until it is open', async () => {
  const components = await begin();
  await components.app.ready();
  await listenOn(components.app.server, 0, '127.0.0.1');
  expect(missing(components)).not.toContain('listening');
});

it('a drain makes the process unready', async () => {
  const { drain, readiness } = await begin();
  await drain.run({ quietMs: 0, maxMs: 0 });
  expect(readiness.missing()[0]).toEqual({ what: 'draining', why: 'the process is stopping' });
});

it('the health server serves the readiness, and the metrics of requests to the API server', async () => {
  const { health, readiness, templates } = await begin();
  await listenOn(health, 0, '127.0.0.1');
  onTestFinished(() => {
    health.close();
    health.closeAllConnections();
  });
  const read = (path: string) => fetch(`http://127.0.0.1:${portOf(health.address())}${path}`);
  expect(await (await read('/readyz')).json()).toEqual({ status: 'not ready', missing: readiness.missing() });
  templates.start();
  await templates.whenSynced();
  expect(await (await read('/metrics')).text()).toMatch(
    /^rest_client_requests_total\{code="200",method="GET",.*\} 1$/m,
  );
});
