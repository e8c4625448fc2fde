import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Errors of listening on an address family that the machine does not have. */
const NO_SUCH_FAMILY = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

/** Listens on `host`; if that is `::` and the machine has no IPv6, on all IPv4 addresses. */
export async function listenAnywhere(host: string, listen: (host: string) => Promise<unknown>): Promise<void> {
  try {
    await listen(host);
  } catch (error) {
    if (host !== '::' || !(error instanceof Error && 'code' in error && NO_SUCH_FAMILY.has(String(error.code))))
      throw error;
    await listen('0.0.0.0');
  }
}

/** Resolves once the server listens. @throws the error of listening, for instance that the port is in use. */
export function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The port of a listening server. @throws Error if it does not listen. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}
