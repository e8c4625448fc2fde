import { createServer } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Client } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { CONNECTION_WINDOW_BYTES } from '../../../../kube/client/large-frames.ts';

/** A JobRun of the largest size, with its status and managed fields, as an event of a watch. */
const LARGEST_EVENT = 512 * 1024;

it('lets the server send the largest event of a watch in one frame, for every session once', async () => {
  const sessions: ServerHttp2Session[] = [];
  let settings = 0;
  const server = createServer()
    .on('session', (session) => {
      sessions.push(session);
      session.on('remoteSettings', () => {
        settings += 1;
      });
    })
    .on('stream', (stream) => {
      stream.respond();
      stream.end('{}');
    });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const h2Options = { useH2c: true, connectionWindowSize: CONNECTION_WINDOW_BYTES };
  const clients = [0, 1].map(() => new Client(url, { h2Options }));
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.destroy()));
    server.close();
  });
  for (const client of [...clients, ...clients]) {
    const { body } = await client.request({ path: '/', method: 'GET' });
    await body.text();
  }
  await expect.poll(() => sessions.map((session) => session.remoteSettings.maxFrameSize)).toHaveLength(2);
  for (const session of sessions) {
    await expect.poll(() => session.remoteSettings.maxFrameSize).toBeGreaterThanOrEqual(LARGEST_EVENT);
    expect(session.remoteSettings.initialWindowSize).toBeGreaterThanOrEqual(LARGEST_EVENT);
    expect(session.state.remoteWindowSize).toBeGreaterThanOrEqual(LARGEST_EVENT);
  }
  // Those of the beginning, and those of the first request.
  expect(settings).toBe(4);
});
