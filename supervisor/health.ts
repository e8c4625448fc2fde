import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { Counter, Registry } from 'prom-client';
import { MetricsText } from '../kube/metrics/metrics-text.ts';
import { guardHealthPort, HEALTH_TIMEOUTS } from '../kube/process/health-port.ts';
import { RESTART_REASONS } from './supervisor.ts';
import type { RestartReason, Supervisor } from './supervisor.ts';

/** Counts how often the syncer was started again. */
export class SupervisorMetrics {
  readonly registry = new Registry();
  readonly #restarts = new Counter({
    name: 'job_template_run_syncer_restarts_total',
    help: 'How often the supervisor started the syncer again, by reason',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  constructor() {
    for (const reason of RESTART_REASONS) this.#restarts.inc({ reason }, 0);
  }

  readonly onRestart = (reason: RestartReason): void => {
    this.#restarts.inc({ reason });
  };
}

/** `/healthz`, `/readyz` (503 until the container counts as started) and `/metrics` of both processes, not listening yet. */
export function healthServer(
  supervisor: Pick<Supervisor, 'started' | 'child'>,
  { registry }: SupervisorMetrics,
  logger: Pick<Logger, 'error'>,
): Server {
  const metrics = new MetricsText(async () => {
    const ofSyncer = await supervisor.child?.metrics().catch(() => '');
    return `${await registry.metrics()}${ofSyncer ?? ''}`;
  });
  const respond: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    '/healthz': (response) => {
      response.end('ok');
    },
    '/readyz': (response) => {
      if (supervisor.started) response.end('ok');
      else response.writeHead(503).end('the syncer is not ready yet');
    },
    '/metrics': async (response) => {
      response.setHeader('content-type', registry.contentType);
      response.end(await metrics.read());
    },
  };
  const server = createServer(HEALTH_TIMEOUTS, (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const route = Object.hasOwn(respond, path) ? respond[path] : undefined;
    if (route === undefined) response.writeHead(404).end();
    else void route(response);
  });
  guardHealthPort(server, logger);
  return server;
}
