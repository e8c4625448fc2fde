/**
 * The syncer process: creates the Job of each JobRun and mirrors its status, while it holds the lease.
 * Exit codes: 0 after SIGTERM or SIGINT, 1 on a bug or when it does not end in time, 2 on a mistake in its configuration.
 */
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { loadClusterConfig } from '../kube/client/cluster-config.ts';
import { ConfigError } from '../kube/process/environment.ts';
import { readConfig } from './config.ts';
import type { SyncerConfig } from './config.ts';
import { newInstance, startSyncer } from './start.ts';
import type { Syncer } from './start.ts';

/** Below the grace period of a Pod, 30 s. */
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
  if (err) logger.fatal({ err }, 'ending after an error');
  else logger.info({ signal }, 'ending');
  await current?.stop();
});

/**
 * One term after the other. What a lost lease ends is thrown away as a whole, requests, caches and queue, as if the
 * process had ended; the process itself stays, so that an API server away for a minute makes no crash loop.
 * It keeps its name: a lease that nobody took meanwhile is its own still, and need not run out first.
 */
for (;;) {
  const kubeConfig = await loadClusterConfig(process.env);
  current = await startSyncer({ kubeConfig, config, logger, instance });
  const reason = await current.lost;
  logger.error({ err: reason }, 'starting anew');
  const overdue = setTimeout(() => {
    logger.fatal('the term that was lost does not end');
    process.exit(1);
  }, GRACE_MS);
  await current.stop();
  clearTimeout(overdue);
}
