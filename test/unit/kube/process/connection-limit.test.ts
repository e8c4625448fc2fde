import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createConnection, type Socket } from 'node:net';
import { Client } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConnectionLimit } from '../../../../kube/process/connection-limit.ts';
import { listenOn, portOf } from '../../../../kube/process/listen.ts';
import { selfSigned } from '../../webhook/certificates.ts';

const MOST = 5;
const HOST = '127.0.0.1';

let server: Server;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

/** A server with a limit that trusts a connection after a request for `/trusted`. */
async function start(scheme: 'http' | 'https'): Promise<void> {
  const create =
    scheme === 'http'
      ? createHttpServer
      : (handler: Parameters<typeof createHttpServer>[1]) => createHttpsServer(selfSigned('limited'), handler);
  server = create((request, response) => {
    if (request.url === '/trusted') limit.trust(request.socket);
    response.end('ok');
  });
  const limit = ConnectionLimit.on(server, MOST);
  await listenOn(server, 0, HOST);
}

const port = (): number => portOf(server.address());

/** A connection that sends nothing. */
async function silent(): Promise<Socket> {
  const arrived = once(server, 'connection');
  const socket = createConnection({ host: HOST, port: port() });
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  await arrived;
  return socket;
}

const openCount = (): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });

describe.each(['http', 'https'] as const)('a server for %s with a limit of connections', (scheme) => {
  const client = (): Client => new Client(`${scheme}://${HOST}:${port()}`, { connect: { rejectUnauthorized: false } });

  it('answers a newcomer while others hold idle connections, and closes the oldest', async () => {
    await start(scheme);
    const first = await silent();
    for (let i = 1; i < 3 * MOST; i += 1) await silent();
    await vi.waitFor(async () => {
      expect(first.closed).toBe(true);
      expect(await openCount()).toBe(MOST);
    });
    const newcomer = client();
    const { statusCode } = await newcomer.request({ method: 'GET', path: '/' });
    expect(statusCode).toBe(200);
    await newcomer.destroy();
  });

  it('never closes a connection that is trusted', async () => {
    await start(scheme);
    const trusted = client();
    const disconnected = vi.fn();
    trusted.on('disconnect', disconnected);
    await (await trusted.request({ method: 'GET', path: '/trusted' })).body.text();
    for (let i = 0; i < 3 * MOST; i += 1) await silent();
    await vi.waitFor(async () => {
      expect(await openCount()).toBe(MOST + 1);
    });
    expect(await (await trusted.request({ method: 'GET', path: '/' })).body.text()).toBe('ok');
    expect(disconnected).not.toHaveBeenCalled();
    await trusted.destroy();
  });

  it('closes none while those that were closed leave room', async () => {
    await start(scheme);
    for (let i = 0; i < 2 * MOST; i += 1) {
      const socket = await silent();
      socket.destroy();
      await vi.waitFor(async () => {
        expect(await openCount()).toBe(0);
      });
    }
    const staying = await silent();
    for (let i = 1; i < MOST; i += 1) await silent();
    expect(staying.destroyed).toBe(false);
    expect(await openCount()).toBe(MOST);
  });
});
