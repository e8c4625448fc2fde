/** The plain HTTP ports for probes and metrics: every Pod can reach them, and none can keep the kubelet away. */
import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { ConnectionLimit } from './connection-limit.ts';
import { logConnectionErrors } from './connection-errors.ts';

/** How long a client can take, in milliseconds. Options of `http.createServer`. */
export const HEALTH_TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/** The kubelet opens a connection for each probe, and Prometheus keeps one open. */
const MOST_CONNECTIONS = 100;

/** Closes the oldest connection for each one above the limit, and logs what is wrong with single connections. */
export function guardHealthPort(server: Server, logger: Pick<Logger, 'error'>): void {
  ConnectionLimit.on(server, MOST_CONNECTIONS);
  logConnectionErrors(server, logger);
}
