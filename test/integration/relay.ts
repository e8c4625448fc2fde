import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

/** Passes bytes between a client and the API server. It knows nothing of TLS and HTTP. */
export interface Relay {
  /** Like the given KubeConfig, but through the relay. */
  kubeConfig: KubeConfig;
  /** How many connections are open now. */
  connections: () => number;
  /** From now on, no data passes through the connections that are open now, and they stay open. */
  freeze: () => void;
  close: () => Promise<void>;
}

export async function startRelay(upstream: KubeConfig): Promise<Relay> {
  const cluster = upstream.getCurrentCluster()!;
  const { hostname, port } = new URL(cluster.server);
  const open = new Set<[Socket, Socket]>();
  const server = createServer((from) => {
    const pair: [Socket, Socket] = [from, connect({ host: hostname, port: Number(port) })];
    open.add(pair);
    for (const [one, other] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        open.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ ...cluster, server: address }, upstream.getCurrentUser()!);
  const cutAll = (): void => {
    for (const socket of Array.from(open).flat()) socket.destroy();
  };
  return {
    kubeConfig,
    connections: () => open.size,
    freeze: () => {
      for (const [one, other] of open) {
        one.unpipe(other).pause();
        other.unpipe(one).pause();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        cutAll();
      }),
  };
}
