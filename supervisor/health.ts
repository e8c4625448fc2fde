import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { HEALTH_TIMEOUTS, limitHealthConnections } from '../kube/process/health-port.ts';
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
): Server {
  const respond: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    '/healthz': (response) => {
      response.end('ok');
    },
    '/readyz': (response) => {
      if (supervisor.started) response.end('ok');
      else response.writeHead(503).end('the syncer is not ready yet');
    },
    '/metrics': async (response) => {
      const ofSyncer = await supervisor.child?.metrics().catch(() => '');
      response.setHeader('content-type', registry.contentType);
      response.end(`${await registry.metrics()}${ofSyncer ?? ''}`);
    },
  };
  const server = createServer(HEALTH_TIMEOUTS, (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const route = Object.hasOwn(respond, path) ? respond[path] : undefined;
    if (route === undefined) response.writeHead(404).end();
    else void route(response);
  });
  limitHealthConnections(server);
  return server;
}
