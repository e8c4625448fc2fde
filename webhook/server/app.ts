import Fastify, { LogController } from 'fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { admissionHandler } from './admission-handler.ts';
import { parseBody, RefusedUnread } from './admission-review.ts';
import type { Deciders } from '../admission/decide.ts';
import { WEBHOOKS } from '../door/door.ts';
import type { Door } from '../door/door.ts';
import { BodyMemory } from './body-memory.ts';
import { ConnectionLimit } from '../../kube/process/connection-limit.ts';
import { errorBody } from './http-error.ts';
import type { WebhookMetrics } from './metrics.ts';
import type { Drain } from './drain.ts';

export interface AppOptions {
  deciders: Deciders;
  /** Where the API server calls. */
  door: Door;
  /** Whether clients must have a certificate of the client CA that comes with the serving certificate. */
  clientCertificates?: boolean;
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
/** For the TLS handshake, as long as the API server waits for it, and for the headers of a request. */
const PATIENCE = { handshakeTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };
/** Connections that have not requested a path of the API server. Several API servers can open hundreds at once. */
const MOST_STRANGERS = 1024;
/** No route has this path. */
const NOWHERE = '/';

/** Builds the server with its routes. It can be used with `inject()`, without a socket. */
export function buildApp(options: AppOptions): App {
  const app = createServer(options);
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
  guardRequests(app, options);
  trackRequests(app, options);
  limitBodyMemory(app);
  addAdmissionRoutes(app, options);
  return app;
}

function createServer({ logger, door, clientCertificates = false }: AppOptions) {
  return Fastify({
    https: { minVersion: 'TLSv1.2', requestCert: clientCertificates, ...PATIENCE },
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: ({ url = '' }) => routeOf(door, url),
    clientErrorHandler: (_error, socket) => {
      // Not an HTTP request. Nothing is sent back that would tell what this server is.
      socket.destroy();
    },
  });
}

/** The route of a request: a webhook, or one that does not exist. The secret part of the path is never logged. */
function routeOf(door: Door, url: string): string {
  const webhook = door.webhookAt(url);
  const query = url.indexOf('?');
  return webhook === undefined ? NOWHERE : `/${webhook}${query === -1 ? '' : url.slice(query)}`;
}

/**
 * Everything but an AdmissionReview at a path that the API server uses gets the same answer before its body is read. It
 * also ends the connection, so that only clients that know a path keep one.
 */
function guardRequests(app: App, { door }: AppOptions): void {
  const limit = ConnectionLimit.on(app.server, MOST_STRANGERS);
  // Without these, Node would ask for the body, or refuse the request in its own way.
  app.server.on('checkContinue', (request, response) => {
    if (door.webhookAt(request.url ?? '') !== undefined) response.writeContinue();
    app.server.emit('request', request, response);
  });
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) {
      limit.trust(request.raw.socket);
      done();
      return;
    }
    reply.hijack();
    reply.raw.writeHead(404, { Connection: 'close', 'Content-Length': 0 }).end();
  });
}

function limitBodyMemory(app: App): void {
  const memory = new BodyMemory(BODY_LIMIT);
  app.addHook('onRequest', async (request, reply) => {
    const isAdmitted = await memory.admit(request.headers['content-length'], reply.raw);
    if (!isAdmitted) reply.hijack();
  });
}

function trackRequests(app: App, { drain, metrics }: AppOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    const webhook = webhookOf(request);
    drain.requestStarted();
    metrics.inFlight.inc({ webhook });
    reply.raw.once('close', () => {
      drain.requestFinished();
      metrics.inFlight.dec({ webhook });
    });
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (drain.started) void reply.header('Connection', 'close');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const webhook = webhookOf(request);
    metrics.requests.inc({ webhook, code: String(reply.statusCode) });
    if (!request.is404) metrics.latency.observe({ webhook }, reply.elapsedTime / 1000);
    done();
  });
}

const webhookOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'other';

function addAdmissionRoutes(app: App, { deciders, metrics, logger }: AppOptions): void {
  for (const webhook of WEBHOOKS) {
    const handle = admissionHandler({ webhook, decide: deciders[webhook], metrics, logger });
    app.post<{ Querystring: { timeout?: unknown } }>(`/${webhook}`, ({ body, query }) =>
      handle({ body, timeout: query.timeout }),
    );
  }
}

/** The client sees the reason for its own mistakes only. The reason for an internal error is logged. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RefusedUnread) {
    request.log.warn({ url: request.url }, error.message);
    return reply.code(200).send(error.answer);
  }
  const code = error.statusCode ?? 500;
  if (code >= 500) {
    request.log.error({ err: error, url: request.url }, 'a request failed because of an internal error');
    return reply.code(500).send(errorBody(500, 'internal error of the job-template-run webhook; see its log'));
  }
  request.log.warn({ url: request.url, code }, error.message);
  return reply.code(code).send(errorBody(code, code === 413 ? tooLarge() : error.message));
}

const tooLarge = (): string => `the AdmissionReview is larger than ${BODY_LIMIT / 1024 / 1024} MiB`;
