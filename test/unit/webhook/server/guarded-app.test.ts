import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { portOf } from '../../../../kube/process/listen.ts';
import { allow } from '../../../../webhook/admission/verdict.ts';
import { Door } from '../../../../webhook/door/door.ts';
import { buildApp, type App } from '../../../../webhook/server/app.ts';
import { Drain } from '../../../../webhook/server/drain.ts';
import { HttpsPort } from '../../../../webhook/server/https-port.ts';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import { parseKeyPair } from '../../../../webhook/tls/key-pair.ts';
import { selfSigned, type Pem } from '../certificates.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';
import { jobRunReview } from '../reviews.ts';

const HOST = '127.0.0.1';
const SECRET = 'a-secret-that-has-thirty-two-bytes-or-more';

let pem: Pem;
let app: App;
let metrics: WebhookMetrics;
let drain: Drain;
let lines: LogLine[];
const sockets: Socket[] = [];

beforeAll(() => {
  pem = selfSigned('webhook');
});

async function start(clientCa?: Buffer): Promise<void> {
  const door = new Door();
  door.setPaths('validate', [`/${SECRET}/validate`]);
  door.setPaths('mutate', [`/${SECRET}/mutate`]);
  const log = collectedLog();
  lines = log.lines;
  metrics = new WebhookMetrics();
  drain = new Drain();
  const deciders = { validate: () => allow(), mutate: () => allow() };
  app = buildApp({ deciders, door, clientCertificates: clientCa !== undefined, metrics, drain, logger: log.logger });
  const opened = once(app.server, 'listening');
  await app.ready();
  const port = new HttpsPort({ app, config: { host: HOST, port: 0 }, logger: log.logger });
  port.serveWith({ ...parseKeyPair(pem.cert, pem.key), ...(clientCa && { clientCa }) });
  await opened;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

interface Received {
  socket: TLSSocket;
  /** Everything that was received, once the server has closed the connection. */
  all: Promise<string>;
}

function open(options: ConnectionOptions = {}): Received {
  const socket = connect({ host: HOST, port: portOf(app.server.address()), rejectUnauthorized: false, ...options });
  sockets.push(socket);
  let text = '';
  const { promise: all, resolve } = Promise.withResolvers<string>();
  socket
    .setEncoding('utf8')
    .on('data', (data: string) => (text += data))
    .on('error', () => undefined)
    .on('close', () => {
      resolve(text);
    });
  return { socket, all };
}

/** Sends text as it is. Returns the answer once the server has closed the connection. */
async function send(text: string, options: ConnectionOptions = {}): Promise<string> {
  const { socket, all } = open(options);
  socket.write(text);
  return (await all).replace(/Date: .*/, 'Date: now');
}

const REFUSAL = ['HTTP/1.1 404 Not Found', 'Connection: close', 'Content-Length: 0', 'Date: now', '', ''].join('\r\n');

const request = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: webhook', ...headers, '', ''].join('\r\n');

describe('a client that does not know the path', () => {
  beforeEach(() => start());

  const review = JSON.stringify(jobRunReview());
  const json = ['Content-Type: application/json', `Content-Length: ${review.length}`];

  it.each([
    ['POST /', request('POST /', ...json) + review],
    ['POST /validate', request('POST /validate?timeout=5s', ...json) + review],
    ['POST /mutate', request('POST /mutate', ...json) + review],
    ['POST with a wrong secret', request(`POST /${SECRET.replace('a', 'b')}/validate`, ...json) + review],
    ['POST with half of the secret', request(`POST /${SECRET.slice(0, 20)}/validate`, ...json) + review],
    ['POST with the secret alone', request(`POST /${SECRET}`, ...json) + review],
    ['POST to another end of the path', request(`POST /${SECRET}/delete`, ...json) + review],
    ['GET at the right path', request(`GET /${SECRET}/validate`)],
    ['PUT at the right path', request(`PUT /${SECRET}/validate`, ...json) + review],
    ['GET /', request('GET /')],
    ['HEAD /', request('HEAD /')],
    ['OPTIONS *', request('OPTIONS *')],
    ['PROPFIND /', request('PROPFIND /')],
    ['GET /healthz', request('GET /healthz')],
    ['GET /readyz', request('GET /readyz')],
    ['GET /metrics', request('GET /metrics')],
    ['a path that cannot be decoded', request('GET /%zz%00/validate')],
    ['a path with dots', request(`POST /x/../${SECRET}/../validate`, ...json) + review],
    ['a long path', request(`POST /${'x'.repeat(10_000)}`, ...json) + review],
    ['another media type', request('POST /validate', 'Content-Type: nonsense', 'Content-Length: 2') + '{}'],
    ['a body that is too large', request('POST /validate', 'Content-Length: 99999999') + 'x'],
    ['a body in chunks that never end', request('POST /validate', 'Transfer-Encoding: chunked') + '2\r\n{}\r\n'],
    ['a body that waits to be asked for', request('POST /validate', 'Expect: 100-continue', 'Content-Length: 9')],
    ['another expectation', request('POST /validate', 'Expect: nonsense', 'Content-Length: 9')],
    ['an upgrade', request('GET /validate', 'Connection: Upgrade', 'Upgrade: websocket')],
    ['an API server that is refused', request('POST /validate', 'Connection: keep-alive', ...json) + review],
  ])('gets the same empty 404 as everybody, and its connection is closed: %s', async (_, text) => {
    expect(await send(text)).toBe(REFUSAL);
  });

  it('gets it before its body is complete', async () => {
    expect(await send(request('POST /validate', 'Content-Length: 1000') + '{"kind":')).toBe(REFUSAL);
  });

  it('learns nothing from a request that is not HTTP', async () => {
    expect(await send('nonsense\r\n\r\n')).toBe('');
    expect(await send(request(`GET /${'x'.repeat(100_000)}`))).toBe('');
  });

  it('adds one series to the metrics, whatever it sends, and does not delay the end of the process', async () => {
    for (const path of ['/a', '/b', '/validate']) await send(request(`POST ${path}`, 'Content-Length: 9'));
    await send(request('GET /c'));
    const text = await metrics.registry.metrics();
    expect(text.match(/^controller_runtime_webhook_\w+\{.*$/gm)).toEqual([
      'controller_runtime_webhook_requests_total{webhook="other",code="404"} 4',
    ]);
    await drain.run({ quietMs: 0, maxMs: 600_000 });
    const messages = lines.map(({ msg }) => String(msg));
    expect(messages.filter((msg) => msg !== 'listening' && !msg.startsWith('Server listening'))).toEqual([]);
  });
});

describe('a client that knows the path', () => {
  beforeEach(() => start());

  it.each(['validate', 'mutate'])('gets a response, and keeps its connection: %s', async (webhook) => {
    const client = new Client(`https://${HOST}:${portOf(app.server.address())}`, { connect: { ca: pem.cert } });
    for (let i = 0; i < 2; i += 1) {
      const path = `/${SECRET}/${webhook}?timeout=5s`;
      const { statusCode, headers, body } = await client.request({
        method: 'POST',
        path,
        body: JSON.stringify(jobRunReview()),
      });
      expect([statusCode, headers['connection']]).toEqual([200, 'keep-alive']);
      expect(await body.json()).toMatchObject({ response: { allowed: true } });
    }
    await client.close();
  });

  it('is asked for its body if it waits for that', async () => {
    const body = JSON.stringify(jobRunReview());
    const headers = ['Expect: 100-continue', 'Connection: close', `Content-Length: ${body.length}`];
    const answer = await send(request(`POST /${SECRET}/validate`, ...headers) + body);
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  });

  it('keeps its connection while others hold more idle connections than are allowed', async () => {
    const port = portOf(app.server.address());
    const client = new Client(`https://${HOST}:${port}`, { connect: { ca: pem.cert } });
    const disconnected = vi.fn();
    client.on('disconnect', disconnected);
    const ask = async () => {
      const path = `/${SECRET}/validate`;
      const { statusCode, body } = await client.request({ method: 'POST', path, body: JSON.stringify(jobRunReview()) });
      await body.dump();
      return statusCode;
    };
    expect(await ask()).toBe(200);
    let closed = 0;
    for (let i = 0; i < 1100; i += 1) {
      const socket = createConnection({ host: HOST, port });
      sockets.push(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => (closed += 1))
        .resume();
    }
    await vi.waitFor(() => {
      expect(closed).toBeGreaterThanOrEqual(1100 - 1024);
    }, 60_000);
    expect(await ask()).toBe(200);
    expect(disconnected).not.toHaveBeenCalled();
    await client.close();
  }, 90_000);

  it('does not find the path in the log', async () => {
    const path = `/${SECRET}/validate?timeout=5s`;
    await app.inject({ method: 'POST', url: path, payload: 'nonsense' });
    await app.inject({ method: 'POST', url: path, payload: jobRunReview() });
    expect(lines.length).toBeGreaterThan(2);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});

describe('with a client CA', () => {
  it('only a client with a certificate of that CA is answered', async () => {
    const [ca, stranger] = [selfSigned('api-server'), selfSigned('stranger')];
    await start(ca.cert);
    const ask = (options: ConnectionOptions) => send(request('GET /'), options);
    expect(await ask({ cert: ca.cert, key: ca.key })).toBe(REFUSAL);
    expect(await ask({})).toBe('');
    expect(await ask({ cert: stranger.cert, key: stranger.key })).toBe('');
  });
});
