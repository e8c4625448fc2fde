import { Agent as HttpAgent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2ServerRequest } from 'node:http2';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { KubeConfig } from '@kubernetes/client-node';

/** What happens to one request. */
export type Fault =
  | 'pass'
  /** The connection breaks before the request reaches the API server. */
  | 'cutBefore'
  /** The API server executes the request, and the connection breaks before the response. */
  | 'cutAfter'
  /** The API server executes the request, and the connection stays open without a response. */
  | 'swallow'
  | { code: number; status: object; retryAfter?: number }
  /** The response begins normally and ends otherwise; also for watches. */
  | { answer: BrokenAnswer; afterMs: number };

/**
 * - `reset`: the connection breaks.
 * - `end`: the response ends normally, though it is not complete.
 * - `truncate`: it ends in the middle of a JSON text.
 * - `error`, `gone`: the server sends an error event in the stream, as it does in watches, with code 500 or 410.
 */
export type BrokenAnswer = 'reset' | 'end' | 'truncate' | 'error' | 'gone';

export interface SeenRequest {
  method: string;
  path: string;
  agent: string;
  at: number;
}

/** A proxy on loopback between a client and the API server. It breaks what a test tells it to break. */
export interface FaultProxy {
  kubeConfig: KubeConfig;
  server: string;
  /** Every request so far, including watches. */
  requests: SeenRequest[];
  /** Decides on each request; everything passes by default. */
  onRequest: (request: SeenRequest) => Fault | Promise<Fault>;
  /** Breaks all connections that are open now. */
  cutAll(): void;
  close(): Promise<void>;
}

type Incoming = IncomingMessage | Http2ServerRequest;
/** What the responses of both protocols have in common, although their types do not show it. */
interface Outgoing extends Writable {
  writeHead(code: number, headers: OutgoingHttpHeaders): unknown;
  flushHeaders(): void;
}

/** With a certificate it serves HTTP/2 and HTTP/1.1 as the API server does, else HTTP/1.1 without TLS. */
export async function startFaultProxy(
  upstream: KubeConfig,
  certificate?: { cert: Buffer; key: Buffer },
): Promise<FaultProxy> {
  const credentials: RequestOptions = {};
  await upstream.applyToHTTPSOptions(credentials);
  const target = new URL(upstream.getCurrentCluster()!.server);
  const [send, SendAgent] =
    target.protocol === 'https:' ? ([httpsRequest, HttpsAgent] as const) : ([httpRequest, HttpAgent] as const);
  // Keep-alive, as in the client itself: a handshake for each request doubles the cost of the proxy.
  const agent = new SendAgent({ keepAlive: true });
  const listener = (incoming: Incoming, outgoing: unknown): void => {
    void handle(incoming, outgoing as Outgoing);
  };
  const server: Server = certificate
    ? createSecureServer({ ...certificate, allowHTTP1: true }, listener)
    : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    // The default for HTTP, but not for TLS: if the headers are sent alone, the body waits for the client's ACK.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: Omit<FaultProxy, 'kubeConfig' | 'server'> = {
    requests: [],
    onRequest: () => 'pass',
    cutAll,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        cutAll();
        agent.destroy();
      }),
  };
  const handle = async (incoming: Incoming, outgoing: Outgoing): Promise<void> => {
    const { method = '', url: path = '' } = incoming;
    const headers = plainHeaders(incoming.headers);
    const seen = { method, path, agent: headers['user-agent'] ?? '', at: performance.now() };
    proxy.requests.push(seen);
    const fault = await proxy.onRequest(seen);
    if (fault === 'cutBefore') {
      cut(incoming);
      return;
    }
    if (typeof fault === 'object' && 'code' in fault) {
      const retry = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      outgoing.writeHead(fault.code, { 'content-type': 'application/json', ...retry });
      outgoing.end(`${JSON.stringify(fault.status)}\n`);
      return;
    }
    const onward = send(
      target,
      { ...credentials, agent, path, method, headers: { ...headers, host: target.host } },
      (answer) => {
        if (fault === 'swallow' || fault === 'cutAfter') {
          answer.resume();
          if (fault === 'swallow') return;
          // A watch has no end to wait for.
          if (isWatch(path)) cut(incoming);
          else
            answer.once('end', () => {
              cut(incoming);
            });
          return;
        }
        const broken = typeof fault === 'object' && 'answer' in fault ? fault : undefined;
        const headers = plainHeaders(answer.headers);
        if (broken) delete headers['content-length'];
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        // The headers of a watch are sent before anything has happened.
        outgoing.flushHeaders();
        answer.on('error', () => {
          cut(incoming);
        });
        answer.on('close', () => {
          if (!answer.complete) cut(incoming);
        });
        if (broken) breakAnswer(answer, { incoming, outgoing }, broken);
        else answer.pipe(outgoing);
      },
    );
    onward.on('error', () => {
      cut(incoming);
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
  const url = `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(proxy, { kubeConfig: plainKubeConfig(url), server: url });
}

/** Breaks the connection of one request. With HTTP/2 it sometimes breaks only the stream, so that tests meet both. */
function cut(incoming: Incoming): void {
  const session = 'stream' in incoming ? incoming.stream.session : undefined;
  if (session && Math.random() < 0.5) session.destroy();
  else incoming.socket.destroy();
}

/** Without hop-by-hop headers and HTTP/2's own (`:path`, …). */
function plainHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const hop = ['connection', 'keep-alive', 'transfer-encoding'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && !hop.includes(name)));
}

const isWatch = (path: string): boolean => new URL(path, 'http://localhost').searchParams.get('watch') === 'true';

/**
 * Passes on whole lines until the time is up, then ends as requested. A response that is not a stream of lines is cut
 * in its middle.
 */
function breakAnswer(
  answer: IncomingMessage,
  { incoming, outgoing }: { incoming: Incoming; outgoing: Outgoing },
  { answer: how, afterMs }: { answer: BrokenAnswer; afterMs: number },
): void {
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) outgoing.write(`${line}\n`);
  });
  const finish = (): void => {
    clearTimeout(timer);
    answer.destroy();
    const status = (code: number) => ({
      type: 'ERROR',
      object: { kind: 'Status', code, message: 'broken on purpose' },
    });
    if (how === 'reset') cut(incoming);
    else if (how === 'error') outgoing.end(`${JSON.stringify(status(500))}\n`);
    else if (how === 'gone') outgoing.end(`${JSON.stringify(status(410))}\n`);
    else if (how === 'end') outgoing.end();
    else outgoing.end(rest === '' ? '{"type":"MODIFIED","object":{"kind":"Jo' : rest.slice(0, rest.length / 2));
  };
  const timer = setTimeout(finish, afterMs);
  answer.on('end', finish);
}

/** A KubeConfig for a server on loopback that requires no credentials. */
export function plainKubeConfig(server: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'proxy', server, skipTLSVerify: true }, { name: 'proxy' });
  return kubeConfig;
}
