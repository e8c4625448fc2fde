/**
 * The syncer process: creates the Job of each JobRun and mirrors its status, while it holds the lease.
 * Exit codes: 0 after SIGTERM or SIGINT, 1 after an unexpected error or a shutdown that takes too long, 2 for a wrong
 * configuration.
 */
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { loadClusterConfig } from '../kube/client/cluster-config.ts';
import { ConfigError } from '../kube/process/environment.ts';
import { readConfig } from './config.ts';
import type { SyncerConfig } from './config.ts';
import { newInstance, startSyncer } from './start-syncer.ts';
import type { Syncer } from './start-syncer.ts';

/** Less than the grace period of a Pod, 30 s. */
const GRACE_MS = 20_000;

function configOrExit(): SyncerConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const config = configOrExit();
const logger = pino({ level: config.logLevel, base: { component: 'syncer' } });
const instance = newInstance(config);
let current: Syncer | undefined;

closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ signal, err }) => {
  if (err) logger.fatal({ err }, 'shutting down after an unexpected error');
  else logger.info({ signal }, 'shutting down');
  await current?.stop();
});

/**
 * Runs one term as leader after another. When the lease is lost, all requests, caches and queues are discarded as if the process
 * had exited. The process itself continues, so that an API server that is down for a minute causes no crash loop. It keeps
 * its instance name: if nobody took the lease in the meantime, it need not expire first.
 */
for (;;) {
  const kubeConfig = await loadClusterConfig(process.env);
  current = await startSyncer({ kubeConfig, config, logger, instance });
  // A supervisor needs the port, which the system chose.
  if (process.connected) process.send?.({ healthUrl: current.healthUrl });
  const reason = await current.lost;
  logger.error({ err: reason }, 'the lease was lost; starting again');
  const overdue = setTimeout(() => {
    logger.fatal('could not stop after the lease was lost');
    process.exit(1);
  }, GRACE_MS);
  await current.stop();
  clearTimeout(overdue);
}
