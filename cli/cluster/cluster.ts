import type { ClusterEnvironment } from '../../kube/client/cluster-config.ts';
import { KubeClient } from '../../kube/client/client.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { loadCluster } from './load-cluster.ts';

/** The cluster that a command works on. */
export interface Cluster {
  client: KubeClient;
  namespace: string;
}

/** An API server ends a request after this time. An admission webhook can take ten seconds. */
const REQUEST_MS = 60_000;
/** Node has no longer timers. */
const UNLIMITED_MS = 2 ** 31 - 1;

/** So many logs are read at once, each over a connection of its own. */
export const MOST_LOGS = 50;

/** Calls `work` with the chosen cluster, and closes the connections to it afterwards. */
export async function withCluster<T>(
  flags: ClusterFlags,
  env: ClusterEnvironment,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { config, namespace } = await loadCluster(flags, env);
  const timeoutMs = flags.requestTimeout === 0 ? UNLIMITED_MS : (flags.requestTimeout ?? REQUEST_MS);
  const client = KubeClient.fromKubeConfig(config, {
    component: 'kubectl-jobrun',
    timeoutMs,
    logConnections: MOST_LOGS,
  });
  try {
    return await work({ client, namespace });
  } finally {
    await client.close();
  }
}
