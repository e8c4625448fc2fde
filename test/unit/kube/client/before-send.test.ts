import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { beforeSendInterceptor } from '../../../../kube/client/before-send.ts';
import type { BeforeSend } from '../../../../kube/client/before-send.ts';
import { json, serve } from './loopback-server.ts';

function poolFor(url: string): Dispatcher {
  const pool = new Pool(url, { connections: 1, pipelining: 1 }).compose(beforeSendInterceptor);
  onTestFinished(() => pool.destroy());
  return pool;
}

const get = (path: string, beforeSend?: () => void): Dispatcher.RequestOptions & BeforeSend => ({
  method: 'GET',
  path,
  beforeSend,
});

describe('beforeSendInterceptor', () => {
  it('calls beforeSend only when a connection is free for the request', async () => {
    const held = Promise.withResolvers<undefined>();
    const { requests, url } = await serve(({ url: path }, response) => {
      if (path === '/first')
        void held.promise.then(() => {
          json(response, {});
        });
      else json(response, {});
    });
    const pool = poolFor(url);
    const order: string[] = [];
    const first = pool.request(get('/first'));
    await expect.poll(() => requests).toHaveLength(1);
    const second = pool.request(get('/second', () => order.push('before second')));
    order.push('first answered');
    held.resolve(undefined);
    await (await first).body.dump();
    await (await second).body.dump();
    expect(order).toEqual(['first answered', 'before second']);
    expect(requests.map(({ url: path }) => path)).toEqual(['/first', '/second']);
  });

  it('sends nothing if beforeSend throws, and fails with its error', async () => {
    const { requests, url } = await serve((_request, response) => {
      json(response, {});
    });
    const pool = poolFor(url);
    const refused = pool.request(
      get('/refused', () => {
        throw new Error('not allowed');
      }),
    );
    await expect(refused).rejects.toThrow('not allowed');
    await (await pool.request(get('/next'))).body.dump();
    expect(requests.map(({ url: path }) => path)).toEqual(['/next']);
  });

  it('passes on the whole response', async () => {
    const { url } = await serve((_request, response) => {
      json(response, { a: 1 }, 418, { 'x-test': 'yes' });
    });
    const { statusCode, headers, body } = await poolFor(url).request(get('/', () => undefined));
    expect({ statusCode, header: headers['x-test'], body: await body.json() }).toEqual({
      statusCode: 418,
      header: 'yes',
      body: { a: 1 },
    });
  });

  it('passes on a broken connection as an error', async () => {
    const { url } = await serve((_request, _response, socket) => {
      socket.destroy();
    });
    await expect(poolFor(url).request(get('/', () => undefined))).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});
