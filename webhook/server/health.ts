import { createServer, type Server } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { MetricsText } from '../../kube/metrics/metrics-text.ts';
import { guardHealthPort, HEALTH_TIMEOUTS } from '../../kube/process/health-port.ts';
import type { Readiness } from './readiness.ts';

interface Answer {
  code: number;
  contentType: string;
  body: string;
}

export interface HealthOptions {
  readiness: Readiness;
  registry: Registry;
  logger: Pick<Logger, 'error'>;
}

/** What a request is answered from. */
interface Served {
  readiness: Readiness;
  contentType: string;
  metrics: MetricsText;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** `/healthz`: the process is alive. `/readyz`: 200, or 503 with a list of what is missing. `/metrics`: for Prometheus. */
async function healthAnswer(path: string, { readiness, contentType, metrics }: Served): Promise<Answer> {
  switch (path) {
    case '/healthz':
      return { code: 200, contentType: JSON_TYPE, body: JSON.stringify({ status: 'ok' }) };
    case '/readyz': {
      const missing = readiness.missing();
      const status = missing.length === 0 ? 'ready' : 'not ready';
      return {
        code: missing.length === 0 ? 200 : 503,
        contentType: JSON_TYPE,
        body: JSON.stringify({ status, missing }),
      };
    }
    case '/metrics':
      return { code: 200, contentType, body: await metrics.read() };
    default:
      return { code: 404, contentType: JSON_TYPE, body: JSON.stringify({ status: 'not found' }) };
  }
}

/** A server for probes and metrics. It uses plain HTTP, so that it can report problems with TLS. */
export function createHealthServer({ readiness, registry, logger }: HealthOptions): Server {
  const { contentType } = registry;
  const served = { readiness, contentType, metrics: new MetricsText(() => registry.metrics()) };
  const server = createServer(HEALTH_TIMEOUTS, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    healthAnswer(path, served).then(
      ({ code, contentType: type, body }) => response.writeHead(code, { 'Content-Type': type }).end(body),
      (err: unknown) => {
        logger.error({ err }, 'a health request failed');
        response.writeHead(500).end();
      },
    );
  });
  guardHealthPort(server, logger);
  return server;
}
