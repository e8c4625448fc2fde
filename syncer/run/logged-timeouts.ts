import type { Logger } from 'pino';
import type { KubeTimeoutError } from '../../kube/client/api-error.ts';
import { SparseReports } from '../../kube/process/sparse-reports.ts';
import { namespaceOfKey } from '../../kube/watch/object-key.ts';
import type { Clock } from '../clock.ts';

/**
 * Logs that a write for the run with a key got no answer in time, at most once a minute, and once an hour for the same
 * namespace. Nothing else reports it: the write is tried again, and says nothing about the API server as a whole.
 */
export function loggedTimeouts(
  logger: Pick<Logger, 'warn'>,
  { monotonic }: Pick<Clock, 'monotonic'>,
): (err: KubeTimeoutError, run: string) => void {
  const reports = new SparseReports(monotonic);
  return (err, run) => {
    if (!reports.isDue(namespaceOfKey(run))) return;
    logger.warn({ err, run }, 'a write was not answered in time; look for a slow admission webhook of its namespace');
  };
}
