import { once } from 'node:events';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { listenAnywhere, listenOn, portOf } from '../../../../kube/process/listen.ts';

const failing = (code: string) => Object.assign(new Error(code), { code });

/** The hosts that were tried. */
async function tried(host: string, error?: Error): Promise<string[]> {
  const hosts: string[] = [];
  await listenAnywhere(host, (each) => {
    hosts.push(each);
    return error && hosts.length === 1 ? Promise.reject(error) : Promise.resolve();
  });
  return hosts;
}

it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])('without IPv6 (%s), listens on IPv4', async (code) => {
  expect(await tried('::', failing(code))).toEqual(['::', '0.0.0.0']);
});

it('listens on the configured host if that is possible', async () => {
  expect(await tried('::')).toEqual(['::']);
});

it('does not hide any other error', async () => {
  await expect(tried('::', failing('EADDRINUSE'))).rejects.toThrow('EADDRINUSE');
  await expect(tried('10.0.0.1', failing('EADDRNOTAVAIL'))).rejects.toThrow('EADDRNOTAVAIL');
});

it('reports that a port is in use', async () => {
  const [first, second] = [createServer(), createServer()];
  expect(() => portOf(first.address())).toThrow('the server does not listen');
  await listenOn(first, 0, '127.0.0.1');
  await expect(listenOn(second, portOf(first.address()), '127.0.0.1')).rejects.toThrow('EADDRINUSE');
  first.close();
  await once(first, 'close');
});

const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ family }) => family === 'IPv6'),
);

it.each(['127.0.0.1', ...(HAS_IPV6 ? ['[::1]'] : [])])('serves %s if it listens on all addresses', async (address) => {
  const server = createServer((_request, response) => response.end('ok'));
  await listenAnywhere('::', (host) => listenOn(server, 0, host));
  const { body } = await request(`http://${address}:${portOf(server.address())}/`, { reset: true });
  expect(await body.text()).toBe('ok');
  server.close();
  await once(server, 'close');
});
