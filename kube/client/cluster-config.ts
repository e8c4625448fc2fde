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

/**
 * Finds the cluster in the usual order: `$KUBECONFIG`, `~/.kube/config`, the Pod's own ServiceAccount. In a Pod, the
 * client library is not loaded: it would use some 85 MiB of memory for a token and an address.
 *
 * @throws Error when a kubeconfig cannot be read.
 */
export async function loadClusterConfig(env: ClusterEnvironment): Promise<ClusterConfig> {
  const directory = env.SERVICE_ACCOUNT_DIRECTORY ?? SERVICE_ACCOUNT_DIRECTORY;
  const files = { token: join(directory, 'token'), ca: join(directory, 'ca.crt') };
  if (!(await hasKubeconfig(env)) && env.KUBERNETES_SERVICE_HOST && (await exists(files.token))) {
    return inCluster(env.KUBERNETES_SERVICE_HOST, env.KUBERNETES_SERVICE_PORT ?? '443', files);
  }
  const library = await import('@kubernetes/client-node');
  const kubeConfig = new library.KubeConfig();
  kubeConfig.loadFromDefault();
  return kubeConfig;
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

async function hasKubeconfig({ KUBECONFIG }: ClusterEnvironment): Promise<boolean> {
  return (KUBECONFIG ?? '') !== '' || exists(join(homedir(), '.kube', 'config'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
