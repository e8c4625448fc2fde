import { access, readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

/** The address of an API server and the credentials for it: the part of a KubeConfig that a connection needs. */
export type ClusterConfig = Pick<KubeConfig, 'getCurrentCluster' | 'applyToHTTPSOptions'>;

/** Where Kubernetes mounts a Pod's token and the cluster's CA. */
const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Environment variables with the meaning that they have for other Kubernetes clients. */
export interface ClusterEnvironment {
  KUBECONFIG?: string | undefined;
  KUBERNETES_SERVICE_HOST?: string | undefined;
  KUBERNETES_SERVICE_PORT?: string | undefined;
  /** Overrides the folder that Kubernetes mounts. */
  SERVICE_ACCOUNT_DIRECTORY?: string | undefined;
}

/** The cluster that a Pod runs in, and the namespace of the Pod. */
export interface PodCluster {
  config: ClusterConfig;
  namespace: string | undefined;
}

/**
 * Finds the cluster in the usual order: `$KUBECONFIG`, `~/.kube/config`, the Pod's own ServiceAccount. In a Pod, the
 * client library is not loaded: it would use some 85 MiB of memory for a token and an address.
 *
 * @throws Error when a kubeconfig cannot be read.
 */
export async function loadClusterConfig(env: ClusterEnvironment): Promise<ClusterConfig> {
  const pod = await podCluster(env);
  if (pod) return pod.config;
  const library = await import('@kubernetes/client-node');
  const kubeConfig = new library.KubeConfig();
  kubeConfig.loadFromDefault();
  return kubeConfig;
}

/** `undefined`: the process does not run in a Pod, or there is a kubeconfig. */
export async function podCluster(env: ClusterEnvironment): Promise<PodCluster | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const directory = env.SERVICE_ACCOUNT_DIRECTORY ?? SERVICE_ACCOUNT_DIRECTORY;
  const files = { token: join(directory, 'token'), ca: join(directory, 'ca.crt') };
  if ((await hasKubeconfig(env)) || !host || !(await exists(files.token))) return undefined;
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => '');
  return { config: inCluster(host, port, files), namespace: namespace.trim() || undefined };
}

function inCluster(host: string, port: string, files: { token: string; ca: string }): ClusterConfig {
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return {
    getCurrentCluster: () => ({ name: 'in-cluster', server, skipTLSVerify: false }),
    // Kubernetes replaces both files from time to time: each call reads them again.
    applyToHTTPSOptions: async (options: RequestOptions) => {
      const [token, ca] = await Promise.all([readFile(files.token, 'utf8'), readFile(files.ca)]);
      options.ca = ca;
      options.headers = { ...(options.headers as Record<string, string>), Authorization: `Bearer ${token.trim()}` };
    },
  };
}

/** Whether there is a kubeconfig in the usual places. */
export async function hasKubeconfig({ KUBECONFIG }: ClusterEnvironment): Promise<boolean> {
  return (KUBECONFIG ?? '') !== '' || exists(join(homedir(), '.kube', 'config'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
