import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { Connection } from '../../../../kube/client/connection.ts';
import { RequestSender } from '../../../../kube/client/request-sender.ts';
import type { RequestSenderOptions } from '../../../../kube/client/request-sender.ts';
import { json, serve } from './loopback-server.ts';

function senderTo(server: string, options: RequestSenderOptions = {}): RequestSender {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'test', server, skipTLSVerify: true }, { name: 'test' });
  const connection = new Connection(kubeConfig, { calls: 2, watches: 2, logs: 2 });
  onTestFinished(() => connection.close());
  return new RequestSender(connection, options);
}

const NOWHERE = 'http://127.0.0.1:1';

describe('a call', () => {
  it('has the base path, and a query with the given options', async () => {
    const { requests, url } = await serve((_request, response) => {
      json(response, {});
    });
    const sender = senderTo(`${url}/base/`);
    await sender.send({ method: 'GET', path: '/a', query: { limit: 5, continue: undefined, watch: false } });
    await sender.send({ method: 'GET', path: '/b', dryRun: false });
    await sender.send({ method: 'DELETE', path: '/c', dryRun: true });
    expect(requests.map(({ url: path }) => path)).toEqual([
      '/base/a?limit=5&watch=false',
      '/base/b',
      '/base/c?dryRun=All',
    ]);
  });

  it('accepts a list of metadata', async () => {
    const { requests, url } = await serve((_request, response) => {
      json(response, {});
    });
    await senderTo(url).send({ method: 'GET', path: '/', metadataOnly: true, isList: true });
    expect(requests[0]!.headers.accept).toBe('application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1');
  });

  it.each([
    [undefined, 'application/json'],
    [false, 'application/json'],
    [true, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'],
  ])('with metadataOnly %s accepts %s', async (metadataOnly, accept) => {
    const { requests, url } = await serve((_request, response) => {
      json(response, {});
    });
    await senderTo(url).send({ method: 'GET', path: '/', metadataOnly });
    expect(requests[0]!.headers.accept).toBe(accept);
  });

  it('has a content type only if it has a body', async () => {
    const { requests, url } = await serve((_request, response) => {
      json(response, {});
    });
    const sender = senderTo(url);
    await sender.send({ method: 'POST', path: '/', body: { a: 1 } });
    await sender.send({ method: 'PATCH', path: '/', body: [], contentType: 'application/other' });
    await sender.send({ method: 'GET', path: '/' });
    expect(requests.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/json', '{"a":1}'],
      ['application/other', '[]'],
      [undefined, ''],
    ]);
  });

  it('is reported to the observer, with or without a response', async () => {
    const seen: object[] = [];
    const onRequest: RequestSenderOptions['onRequest'] = ({ method, host, code, date }) => {
      seen.push({ method, host, code, date });
    };
    const date = 'Sun, 29 Nov 2026 10:00:00 GMT';
    const { url } = await serve((_request, response) => {
      json(response, {}, 201, { date });
    });
    await senderTo(url, { onRequest }).send({ method: 'POST', path: '/', body: {} });
    await expect(senderTo(NOWHERE, { onRequest }).send({ method: 'PUT', path: '/', body: {} })).rejects.toThrow();
    expect(seen).toEqual([
      { method: 'POST', host: new URL(url).host, code: '201', date },
      { method: 'PUT', host: '127.0.0.1:1', code: '<error>', date: undefined },
    ]);
  });

  it.each([
    ['7', 7],
    ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
  ])('that is rejected with Retry-After: %s waits %s seconds', async (header, seconds) => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status' }, 429, { 'retry-after': header });
    });
    const error: unknown = await senderTo(url)
      .send({ method: 'GET', path: '/' })
      .catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: 429 });
    expect((error as { retryAfterSeconds?: number }).retryAfterSeconds).toBe(seconds);
  });

  it('is repeated once over a broken connection, and not while the server is known to be down', async () => {
    const { requests, url } = await serve((_request, _response, socket) => {
      socket.destroy();
    });
    const sender = senderTo(url);
    await expect(sender.send({ method: 'GET', path: '/first' })).rejects.toThrow(KubeConnectionError);
    await expect(sender.send({ method: 'GET', path: '/second' })).rejects.toThrow(KubeConnectionError);
    expect(requests.map(({ url: path }) => path)).toEqual(['/first', '/first', '/second']);
  });

  it('passes on a bug of the caller', async () => {
    const { url } = await serve((_request, response) => {
      json(response, {}, 200, { warning: '299 - "text"' });
    });
    const bug = new TypeError('undefined is not a function');
    const call = senderTo(url).send({
      method: 'GET',
      path: '/',
      onWarning: () => {
        throw bug;
      },
    });
    await expect(call).rejects.toBe(bug);
  });
});

describe('a stream', () => {
  const read = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
    let text = '';
    for await (const chunk of chunks) text += new TextDecoder().decode(chunk);
    return text;
  };

  it('yields the body until it ends', async () => {
    const { requests, url } = await serve((_request, response) => {
      response.writeHead(200).write('one ');
      response.end('two');
    });
    expect(
      await read(senderTo(url).stream({ method: 'GET', path: '/a', query: { watch: true } }, { inactivityMs: 5_000 })),
    ).toBe('one two');
    expect(requests[0]!.url).toBe('/a?watch=true');
  });

  it('is closed at the server when the caller stops reading', async () => {
    const closed = Promise.withResolvers<string>();
    const { url } = await serve((_request, response) => {
      response.on('close', () => {
        closed.resolve('closed');
      });
      response.writeHead(200).write('one');
    });
    const stream = senderTo(url).stream({ method: 'GET', path: '/' }, { inactivityMs: 5_000 });
    await stream.next();
    await stream.return(undefined);
    await expect(closed.promise).resolves.toBe('closed');
  });

  it('that breaks is an error that names the request', async () => {
    const { url } = await serve((_request, response, socket) => {
      response.writeHead(200).write('one', () => socket.destroy());
    });
    const reading = read(senderTo(url).stream({ method: 'GET', path: '/a' }, { inactivityMs: 5_000 }));
    await expect(reading).rejects.toThrow(KubeConnectionError);
    await expect(reading).rejects.toThrow(/^GET \/a: /);
  });
});
