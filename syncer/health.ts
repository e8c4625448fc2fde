import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { MetricsText } from '../kube/metrics/metrics-text.ts';
import { guardHealthPort, HEALTH_TIMEOUTS } from '../kube/process/health-port.ts';

/** `/healthz`, `/readyz` (503 until `isReady`) and `/metrics`, not listening yet. */
export function healthApp(registry: Registry, isReady: () => boolean, logger: Pick<Logger, 'error'>): FastifyInstance {
  const { requestTimeout } = HEALTH_TIMEOUTS;
  const app = Fastify({ logger: false, forceCloseConnections: true, http: HEALTH_TIMEOUTS, requestTimeout });
  guardHealthPort(app.server, logger);
  const metrics = new MetricsText(() => registry.metrics());
  app.get('/healthz', () => 'ok');
  app.get('/readyz', (_request, reply) => {
    return isReady() ? 'ok' : reply.code(503).send('the caches are not filled yet');
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.header('content-type', registry.contentType).send(await metrics.read());
  });
  return app;
}
