import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { HEALTH_TIMEOUTS, limitHealthConnections } from '../../kube/process/health-port.ts';
import type { Readiness } from './readiness.ts';

interface Answer {
  code: number;
  contentType: string;
  body: string;
}

export interface HealthOptions {
  readiness: Readiness;
  registry: Registry;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** `/healthz`: the process is alive. `/readyz`: 200, or 503 with a list of what is missing. `/metrics`: for Prometheus. */
export async function healthAnswer(path: string, { readiness, registry }: HealthOptions): Promise<Answer> {
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
      return { code: 200, contentType: registry.contentType, body: await registry.metrics() };
    default:
      return { code: 404, contentType: JSON_TYPE, body: JSON.stringify({ status: 'not found' }) };
  }
}

/** A server for probes and metrics. It uses plain HTTP, so that it can report problems with TLS. */
export function createHealthServer(options: HealthOptions, onError: (error: unknown) => void): Server {
  const server = createServer(HEALTH_TIMEOUTS, (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    healthAnswer(path, options).then(
      ({ code, contentType, body }) => response.writeHead(code, { 'Content-Type': contentType }).end(body),
      (error: unknown) => {
        onError(error);
        response.writeHead(500).end();
      },
    );
  });
  limitHealthConnections(server);
  return server;
}
