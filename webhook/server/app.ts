import Fastify, { LogController } from 'fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { admissionHandler } from './admission-handler.ts';
import { parseBody } from './admission-review.ts';
import type { Deciders } from '../admission/decide.ts';
import { healthAnswer } from './health.ts';
import { errorBody } from './http-error.ts';
import type { WebhookMetrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import type { Drain } from './drain.ts';

export interface AppOptions {
  deciders: Deciders;
  readiness: Readiness;
  metrics: WebhookMetrics;
  drain: Drain;
  logger: Logger;
}

/** The HTTPS server of the webhook. It starts without a certificate and without a port. */
export type App = ReturnType<typeof createServer>;

/** The limit of controller-runtime: an object has up to 3 MiB, and an update contains it twice. */
const BODY_LIMIT = 7 * 1024 * 1024;
/** Longer than the idle timeout of the API server (90 s), so that the webhook never closes a connection that is about to be used. */
const KEEP_ALIVE_MS = 120_000;

/** Builds the server with its routes. It can be used with `inject()`, without a socket. */
export function buildApp(options: AppOptions): App {
  const app = createServer(options.logger);
  app.removeAllContentTypeParsers();
  // Fastify's own parser rejects keys such as `__proto__`. They are harmless here, and the API server decides on them.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseBody(body.toString()));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody(404, 'POST /mutate or POST /validate')));
  trackRequests(app, options);
  addHealthRoutes(app, options);
  addAdmissionRoutes(app, options);
  return app;
}

function createServer(logger: Logger) {
  const app = Fastify({
    https: { minVersion: 'TLSv1.2', handshakeTimeout: 10_000, headersTimeout: 15_000 },
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  return app;
}

function trackRequests(app: App, { drain, metrics }: AppOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.method === 'POST') {
      drain.requestStarted();
      const webhook = webhookOf(request);
      metrics.inFlight.inc({ webhook });
      reply.raw.once('close', () => {
        drain.requestFinished();
        metrics.inFlight.dec({ webhook });
      });
    }
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (drain.started) void reply.header('Connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (request.method === 'POST') {
      const webhook = webhookOf(request);
      metrics.requests.inc({ webhook, code: String(reply.statusCode) });
      metrics.latency.observe({ webhook }, reply.elapsedTime / 1000);
    }
    done();
  });
}

function webhookOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

function addHealthRoutes(app: App, { readiness, metrics }: AppOptions): void {
  for (const path of ['/healthz', '/readyz']) {
    app.get(path, async (_request, reply) => {
      const { code, contentType, body } = await healthAnswer(path, { readiness, registry: metrics.registry });
      return reply.code(code).type(contentType).send(body);
    });
  }
}

function addAdmissionRoutes(app: App, { deciders, metrics, logger }: AppOptions): void {
  for (const webhook of ['mutate', 'validate'] as const) {
    const handle = admissionHandler({ webhook, decide: deciders[webhook], metrics, logger });
    app.post<{ Querystring: { timeout?: unknown } }>(`/${webhook}`, ({ body, query }) =>
      handle({ body, timeout: query.timeout }),
    );
  }
}

/** The client sees the reason for its own mistakes only. The reason for an internal error is logged. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = error.statusCode ?? 500;
  if (code >= 500) {
    request.log.error({ err: error, url: request.url }, 'a request failed because of an internal error');
    return reply.code(500).send(errorBody(500, 'internal error of the job-template-run webhook; see its log'));
  }
  request.log.warn({ url: request.url, code }, error.message);
  return reply.code(code).send(errorBody(code, code === 413 ? tooLarge() : error.message));
}

const tooLarge = (): string => `the AdmissionReview is larger than ${BODY_LIMIT / 1024 / 1024} MiB`;
