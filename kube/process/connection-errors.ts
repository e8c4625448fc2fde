import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { SparseReports } from './sparse-reports.ts';

/**
 * Logs the errors of a server that listens. They concern one connection each, for instance that there are too many open
 * files. Without a listener, they would end the process.
 */
export function logConnectionErrors(
  server: Server,
  logger: Pick<Logger, 'error'>,
  monotonic: () => number = () => performance.now(),
): void {
  const reports = new SparseReports(monotonic);
  server.on('error', (err) => {
    if (server.listening && reports.isDue(err.message)) logger.error({ err }, 'a connection could not be accepted');
  });
}
