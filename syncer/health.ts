import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { HEALTH_TIMEOUTS, limitHealthConnections } from '../kube/process/health-port.ts';

/** `/healthz`, `/readyz` (503 until `isReady`) and `/metrics`, not listening yet. */
export function healthApp(registry: Registry, isReady: () => boolean): FastifyInstance {
  const { requestTimeout } = HEALTH_TIMEOUTS;
  const app = Fastify({ logger: false, forceCloseConnections: true, http: HEALTH_TIMEOUTS, requestTimeout });
  limitHealthConnections(app.server);
  // Without a listener, an error of one connection, such as too many open files, would end the process.
  app.server.on('error', () => undefined);
  app.get('/healthz', () => 'ok');
  app.get('/readyz', (_request, reply) => {
    return isReady() ? 'ok' : reply.code(503).send('the caches are not filled yet');
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });
  return app;
}
