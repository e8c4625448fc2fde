import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { refusedAddress } from '../../../../core/callback/address-class.ts';
import { CallbackSender } from '../../../../syncer/callback/callback-sender.ts';
import { checkedLookup } from '../../../../syncer/callback/checked-lookup.ts';
import type { RefusedAddress } from '../../../../syncer/callback/checked-lookup.ts';

const NEVER = new AbortController().signal;
const loopbackIsFine: RefusedAddress = () => undefined;

interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
const servers: Server[] = [];
const received: Received[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  received.length = 0;
});

/** A receiver on loopback. @returns its URL, with a name that only the test resolves */
async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body });
      answer(request, response);
    });
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return new URL(`http://receiver.example.com:${(server.address() as AddressInfo).port}/done?run=1`);
}

function senderWith({ refused = loopbackIsFine, timeoutMs = 5_000, addresses = ['127.0.0.1'] } = {}): CallbackSender {
  const lookup = checkedLookup({ resolve: () => Promise.resolve(addresses), refused, apiServer: '10.96.0.1' });
  return new CallbackSender({ lookup, caBundle: '', now: () => 0, timeoutMs });
}

const request = (url: URL) => ({ url, headers: { 'ce-id': 'abc' }, body: '{"name":"a"}' });

describe('a callback', () => {
  it('is a POST with its headers and body', async () => {
    const url = await receiver((_, response) => response.writeHead(204).end());
    expect(await senderWith().send(request(url), NEVER)).toEqual({ kind: 'delivered' });
    expect(received).toMatchObject([
      { method: 'POST', path: '/done?run=1', body: '{"name":"a"}', headers: { 'ce-id': 'abc', host: url.host } },
    ]);
  });

  it('that is answered with a redirect is not sent elsewhere', async () => {
    const elsewhere = await receiver((_, response) => response.end());
    const url = await receiver((_, response) => response.writeHead(307, { location: elsewhere.href }).end());
    expect(await senderWith().send(request(url), NEVER)).toMatchObject({
      kind: 'failed',
      error: 'the receiver answered 307: redirects are not followed',
    });
    expect(received).toHaveLength(1);
  });

  it('returns the delay that the receiver requests', async () => {
    const url = await receiver((_, response) => response.writeHead(503, { 'retry-after': '120' }).end());
    expect(await senderWith().send(request(url), NEVER)).toMatchObject({ kind: 'failed', retryAfterMs: 120_000 });
  });

  it('is delivered once the code is there, however long the answer is', async () => {
    let sent = 0;
    const url = await receiver((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384;
      };
      response.on('drain', more);
      more();
    });
    expect(await senderWith().send(request(url), NEVER)).toEqual({ kind: 'delivered' });
    await expect.poll(() => servers[0]?.listening).toBe(true);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('fails in a limited time if the receiver never answers', async () => {
    const url = await receiver(() => undefined);
    expect(await senderWith({ timeoutMs: 100 }).send(request(url), NEVER)).toEqual({
      kind: 'failed',
      error: 'the receiver did not answer in time',
    });
  });

  it('fails if the receiver closes the connection', async () => {
    const url = await receiver(({ socket }) => socket.destroy());
    expect(await senderWith().send(request(url), NEVER)).toEqual({
      kind: 'failed',
      error: 'the receiver closed the connection without an answer',
    });
    expect(received).toHaveLength(1);
  });

  it('fails if nobody listens', async () => {
    const url = await receiver(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    expect(await senderWith().send(request(url), NEVER)).toEqual({
      kind: 'failed',
      error: 'the receiver refused the connection',
    });
  });

  it('is never sent to a refused address', async () => {
    const url = await receiver((_, response) => response.end());
    expect(await senderWith({ refused: refusedAddress }).send(request(url), NEVER)).toEqual({
      kind: 'failed',
      error: 'the host of the receiver has a loopback address, and is not called',
    });
    expect(received).toEqual([]);
  });

  it('is sent to the address that was checked, and the name is not resolved again', async () => {
    const url = await receiver((_, response) => response.end());
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const checked: string[] = [];
    const lookup = checkedLookup({
      resolve: () => Promise.resolve(answers.shift() ?? []),
      refused: (address) => {
        checked.push(address);
        return undefined;
      },
      apiServer: '10.96.0.1',
    });
    const sender = new CallbackSender({ lookup, caBundle: '', now: () => 0 });
    expect(await sender.send(request(url), NEVER)).toEqual({ kind: 'delivered' });
    expect(checked).toEqual(['127.0.0.1']);
    expect(answers).toHaveLength(1);
  });

  it('is abandoned when work stops', async () => {
    const stop = new AbortController();
    const url = await receiver(() => {
      stop.abort(new Error('the syncer stops'));
    });
    await expect(senderWith().send(request(url), stop.signal)).rejects.toThrow('the syncer stops');
    await delay(0);
  });
});
