import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const lowest = 10_000;
const highest = 29_999;

/**
 * Random free TCP ports of 127.0.0.1. They are below the range that the kernel uses for outgoing connections, so a port
 * stays free while its server restarts.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempts = 0; ports.size < count; attempts++) {
    if (attempts > 200) throw new Error(`127.0.0.1 does not have ${count} free ports from ${lowest} to ${highest}`);
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
