import { createServer } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Cluster } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connection } from '../../../../kube/client/connection.ts';
import { json, serve } from './loopback-server.ts';

/** A KubeConfig whose credentials a test can change. */
class FakeConfig {
  reads = 0;
  token = 'one';
  ca = 'CA one';
  readonly #cluster: Cluster | null;

  constructor(server: string | undefined, proxyUrl?: string) {
    const proxy = proxyUrl === undefined ? {} : { proxyUrl };
    this.#cluster = server === undefined ? null : { name: 'test', server, skipTLSVerify: false, ...proxy };
  }

  getCurrentCluster(): Cluster | null {
    return this.#cluster;
  }

  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    this.reads += 1;
    await Promise.resolve();
    options.headers = { Authorization: `Bearer ${this.token}` };
    options.ca = this.ca;
  }
}

function open(config: FakeConfig): Connection {
  const connection = new Connection(config, { calls: 2, watches: 1, logs: 1 });
  onTestFinished(() => connection.close());
  return connection;
}

const get = async (pool: Dispatcher, origin: string): Promise<unknown> =>
  (await pool.request({ origin, path: '/', method: 'GET' })).body.json();

describe('the address of a Connection', () => {
  it.each([
    ['https://host:6443', 'https://host:6443', ''],
    ['https://host:6443/', 'https://host:6443', ''],
    ['https://host/k8s/clusters/one', 'https://host', '/k8s/clusters/one'],
    ['https://host/k8s/clusters/one//', 'https://host', '/k8s/clusters/one'],
  ])('of %s is %s with the base path "%s"', (server, origin, basePath) => {
    expect(open(new FakeConfig(server))).toMatchObject({ origin, basePath });
  });

  it('is an error without a current cluster', () => {
    expect(() => open(new FakeConfig(undefined))).toThrow('set current-context');
  });
});

describe('the credentials of a Connection', () => {
  const server = 'http://127.0.0.1:1';

  it('are read once for concurrent requests', async () => {
    const config = new FakeConfig(server);
    const connection = open(config);
    const [one, two] = await Promise.all([connection.route(), connection.route()]);
    expect(two).toBe(one);
    expect(config.reads).toBe(1);
  });

  it('are read again after 30 s, while the connections stay', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const config = new FakeConfig(server);
    const connection = open(config);
    const before = await connection.route();
    config.token = 'two';
    vi.setSystemTime(Date.now() + 29_999);
    expect((await connection.route()).headers).toEqual({ Authorization: 'Bearer one' });
    vi.setSystemTime(Date.now() + 1);
    const after = await connection.route();
    expect(after.headers).toEqual({ Authorization: 'Bearer two' });
    expect([after.calls, after.watches]).toEqual([before.calls, before.watches]);
    expect(config.reads).toBe(2);
  });

  it('are read again once they are invalidated', async () => {
    const config = new FakeConfig(server);
    const connection = open(config);
    await connection.route();
    config.token = 'two';
    connection.distrustCredentials();
    expect((await connection.route()).headers).toEqual({ Authorization: 'Bearer two' });
  });

  it('can be read again after a failure', async () => {
    const config = new FakeConfig(server);
    const connection = open(config);
    const apply = vi.spyOn(config, 'applyToHTTPSOptions').mockRejectedValueOnce(new Error('no plugin'));
    await expect(connection.route()).rejects.toThrow('no plugin');
    await expect(connection.route()).resolves.toBeDefined();
    expect(apply).toHaveBeenCalledTimes(2);
  });

  it('that change a certificate open new connections; a request in flight still gets its response', async () => {
    const held = Promise.withResolvers<undefined>();
    const { requests, sockets, url } = await serve((_request, response) => {
      void held.promise.then(() => {
        json(response, { answered: true });
      });
    });
    const config = new FakeConfig(url);
    const connection = open(config);
    const before = await connection.route();
    const inFlight = get(before.calls, url);
    await expect.poll(() => requests).toHaveLength(1);
    config.ca = 'CA two';
    connection.distrustCredentials();
    const after = await connection.route();
    expect(after.calls).not.toBe(before.calls);
    expect(after.watches).not.toBe(before.watches);
    held.resolve(undefined);
    await expect(inFlight).resolves.toEqual({ answered: true });
    await expect(get(before.calls, url)).rejects.toMatchObject({ code: 'UND_ERR_CLOSED' });
    await expect(get(after.calls, url)).resolves.toEqual({ answered: true });
    expect(sockets.size).toBe(2);
  });
});

describe('a Connection', () => {
  it('replaces the watches of a route that receives nothing any more, once, and leaves the calls alone', async () => {
    const connection = open(new FakeConfig('http://127.0.0.1:1'));
    const before = await connection.route();
    connection.vanished(before);
    const after = await connection.route();
    expect(after.watches).not.toBe(before.watches);
    expect(after.calls).toBe(before.calls);
    connection.vanished(before);
    expect((await connection.route()).watches).toBe(after.watches);
  });

  it('aborts requests in flight when it closes', async () => {
    const { requests, url } = await serve(() => undefined);
    const connection = open(new FakeConfig(url));
    const outcome = expect(get((await connection.route()).calls, url)).rejects.toMatchObject({
      code: 'UND_ERR_DESTROYED',
    });
    await expect.poll(() => requests).toHaveLength(1);
    await connection.close();
    await outcome;
  });

  it('requests a tunnel to the API server from the HTTP proxy of the kubeconfig', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', ({ url }, socket) => {
      tunnels.push(url!);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void proxy.close());
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { calls } = await open(new FakeConfig('https://api.example:6443', proxyUrl)).route();
    await expect(get(calls, 'https://api.example:6443')).rejects.toThrow('403');
    expect(tunnels).toEqual(['api.example:6443']);
  });

  it('rejects a proxy of another protocol', async () => {
    const connection = open(new FakeConfig('https://127.0.0.1:1', 'socks5://127.0.0.1:2'));
    await expect(connection.route()).rejects.toThrow('proxy-url socks5://127.0.0.1:2: only http and https');
  });
});
