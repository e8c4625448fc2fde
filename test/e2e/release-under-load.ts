import { afterAll, beforeAll } from 'vitest';
import { useCluster, type Cluster } from './cluster.ts';
import { installChart, release, releaseNamespace, removeEverything } from './install.ts';
import { createRunsDuring, type Answers, type Load } from './steady-creates.ts';

export const WEBHOOKS = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=webhook`;

/** A Pod of the webhook. */
export interface WebhookPod {
  name: string;
  uid: string;
  /** When it became ready for the last time. */
  readySince: string | undefined;
}

/** A release of the chart, and a namespace in which fifty clients create runs. */
export interface ReleaseUnderLoad {
  cluster: () => Cluster;
  /** Runs kubectl in the namespace of the release. */
  inRelease: (...args: string[]) => Promise<string>;
  /** Installs the chart again, with more flags of `helm upgrade`. */
  install: (...flags: string[]) => Promise<void>;
  /** By name, without those that a rollout is still removing. */
  pods: () => Promise<WebhookPod[]>;
  untilAllReady: () => Promise<unknown>;
  /** Creates runs before, during and after the event. */
  creating: (event: () => Promise<unknown>) => Promise<Answers>;
}

interface PodList {
  items: {
    metadata: { name: string; uid: string; deletionTimestamp?: string };
    status: { conditions?: { type: string; status: string; lastTransitionTime: string }[] };
  }[];
}

/**
 * For the tests of one `describe`: installs the chart before them and removes it after them.
 *
 * @param flags of `helm upgrade`, for every installation
 */
export function useReleaseUnderLoad(namespace: string, load: Load, ...flags: string[]): ReleaseUnderLoad {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await useCluster();
    await removeEverything(cluster);
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('create', 'namespace', namespace);
    await installChart(cluster, ...flags);
  });

  afterAll(async () => {
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
    await removeEverything(cluster);
  });

  const inRelease = (...args: string[]) => cluster.kubectl('-n', releaseNamespace, ...args);
  return {
    cluster: () => cluster,
    inRelease,
    install: (...more) => installChart(cluster, ...flags, ...more),
    pods: async () => webhookPods(await inRelease('get', 'pods', '-l', WEBHOOKS, '-o', 'json')),
    untilAllReady: () => inRelease('rollout', 'status', `deployment/${release}`, '--timeout=240s'),
    creating: (event) => createRunsDuring(cluster, namespace, event, load),
  };
}

function webhookPods(json: string): WebhookPod[] {
  const { items } = JSON.parse(json) as PodList;
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name, uid }, status }) => {
      const ready = status.conditions?.find(({ type, status: is }) => type === 'Ready' && is === 'True');
      return { name, uid, readySince: ready?.lastTransitionTime };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
