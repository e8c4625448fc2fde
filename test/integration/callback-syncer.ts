/** A process with a real syncer, to which the receiver of callbacks on loopback is a public host. */
import { pino } from 'pino';
import { loadClusterConfig } from '../../kube/client/cluster-config.ts';
import { readConfig } from '../../syncer/config.ts';
import { startSyncer } from '../../syncer/start-syncer.ts';

await startSyncer({
  kubeConfig: await loadClusterConfig(process.env),
  config: readConfig(process.env),
  logger: pino({ level: 'debug' }),
  callbackWiring: { resolve: () => Promise.resolve(['127.0.0.1']), refused: () => undefined },
});
