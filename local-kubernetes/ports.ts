import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const lowest = 10_000;
const highest = 29_999;

/**
 * Free TCP ports of 127.0.0.1, drawn at random. They lie below the range from which the kernel takes the local ports of
 * outgoing connections, so that a port stays free while the server that owns it is restarted.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempts = 0; ports.size < count; attempts++) {
    if (attempts > 200) throw new Error(`found no ${count} free ports from ${lowest} to ${highest} on 127.0.0.1`);
    const port = randomInt(lowest, highest + 1);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
