import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { didYouMean, nearNames } from '../../core/errors/suggest.ts';
import { hasKubeconfig, podCluster } from '../../kube/client/cluster-config.ts';
import type { ClusterConfig, ClusterEnvironment } from '../../kube/client/cluster-config.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import type { ClusterFlags } from './cluster-flags.ts';

/** The cluster that the flags, the kubeconfig or the Pod choose, and the namespace in it. */
export interface ChosenCluster {
  config: ClusterConfig;
  namespace: string;
}

/** @throws CommandError if no cluster is chosen, or the kubeconfig cannot be used. */
export async function loadCluster(flags: ClusterFlags, env: ClusterEnvironment): Promise<ChosenCluster> {
  const isChosen = flags.kubeconfig !== undefined || flags.context !== undefined;
  const pod = isChosen ? undefined : await podCluster(env);
  const { config, namespace } = pod ?? (await fromKubeconfig(flags, env));
  return { config: impersonating(config, flags), namespace: flags.namespace ?? namespace ?? 'default' };
}

async function fromKubeconfig(
  flags: ClusterFlags,
  env: ClusterEnvironment,
): Promise<{ config: ClusterConfig; namespace: string | undefined }> {
  const config = await readKubeconfig(flags, env);
  if (flags.context !== undefined) chooseContext(config, flags.context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable('the kubeconfig has no current context; choose one with --context');
  return { config, namespace: config.getContextObject(config.getCurrentContext())?.namespace };
}

/** The contexts of the kubeconfig. */
export async function contextNames(
  flags: Pick<ClusterFlags, 'kubeconfig'>,
  env: ClusterEnvironment,
): Promise<string[]> {
  const config = await readKubeconfig(flags, env);
  return config.getContexts().map(({ name }) => name);
}

async function readKubeconfig({ kubeconfig }: ClusterFlags, env: ClusterEnvironment): Promise<KubeConfig> {
  if (kubeconfig === undefined && !(await hasKubeconfig(env))) {
    throw unusable('there is no kubeconfig; set KUBECONFIG or --kubeconfig');
  }
  const library = await import('@kubernetes/client-node');
  const config = new library.KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unusable(`the kubeconfig cannot be read: ${why}`, { cause });
  }
  return config;
}

function chooseContext(config: KubeConfig, name: string): void {
  const names = config.getContexts().map((each) => each.name);
  if (!names.includes(name)) {
    throw unusable([`the kubeconfig has no context "${name}"`, didYouMean(nearNames(name, names))].join('; '));
  }
  config.setCurrentContext(name);
}

function impersonating(config: ClusterConfig, { as, asGroup, asUid }: ClusterFlags): ClusterConfig {
  if (as === undefined) return config;
  const given = Object.entries({ 'Impersonate-User': as, 'Impersonate-Group': asGroup, 'Impersonate-Uid': asUid });
  const headers = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  return {
    getCurrentCluster: () => config.getCurrentCluster(),
    applyToHTTPSOptions: async (options: RequestOptions) => {
      await config.applyToHTTPSOptions(options);
      options.headers = { ...(options.headers as Record<string, string>), ...headers };
    },
  };
}

function unusable(message: string, options?: ErrorOptions): CommandError {
  return new CommandError(EXIT.nothingStarted, message.replace(/; $/, ''), options);
}
