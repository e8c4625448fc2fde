/** The webhook process: reads its environment, starts, and stops on a signal without failing a request. */
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { loadClusterConfig } from '../kube/client/cluster-config.ts';
import { processMetrics } from '../kube/metrics/process-metrics.ts';
import { ConfigError } from '../kube/process/environment.ts';
import { readConfig, type WebhookConfig } from './config.ts';
import { WebhookMetrics } from './server/metrics.ts';
import { startWebhook } from './start-webhook.ts';

/** The time to close connections after the drain. */
const CLOSING_MS = 10_000;

const config = configOrExit();
const logger = pino({ name: 'webhook', level: config.logLevel });
const kubeConfig = await loadClusterConfig(process.env);
const metrics = new WebhookMetrics();
processMetrics(metrics.registry);

const webhook = await startWebhook({
  kubeConfig,
  config,
  logger,
  metrics,
  onFatal: () => {
    process.exit(1);
  },
});

closeWithGrace({ delay: config.drainSeconds * 1000 + CLOSING_MS, logger }, async ({ err, signal }) => {
  if (err) logger.fatal({ err }, 'stopping after an unexpected error');
  else logger.info({ signal }, 'stopping after a signal');
  await webhook.stop();
});

function configOrExit(): WebhookConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
