import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, createServer } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { H2CClient } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import '../../../../kube/client/orphan-streams.ts';

it('cancels the response to a request that was aborted as it began, and no other', async () => {
  const begun: ServerHttp2Stream[] = [];
  const server = createServer().on('stream', (stream) => {
    begun.push(stream);
    stream.on('error', () => undefined);
    stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200 });
    stream.write('an event of a watch\n');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const client = new H2CClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const kept = await client.request({ path: '/kept', method: 'GET' });
  kept.body.on('error', () => undefined);
  const atOnce = new AbortController();
  const abort = (): void => {
    queueMicrotask(() => {
      atOnce.abort(new Error('aborted'));
    });
  };
  subscribe('http2.client.stream.created', abort);
  onTestFinished(async () => {
    unsubscribe('http2.client.stream.created', abort);
    await client.destroy();
    server.close();
  });
  await expect(client.request({ path: '/aborted', method: 'GET', signal: atOnce.signal })).rejects.toThrow('aborted');
  await expect
    .poll(() => begun.map(({ closed, rstCode }) => ({ closed, rstCode })))
    .toEqual([
      { closed: false, rstCode: constants.NGHTTP2_NO_ERROR },
      { closed: true, rstCode: constants.NGHTTP2_CANCEL },
    ]);
});
