import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { ClusterConfig } from '../kube/client/cluster-config.ts';
import { KubeClient } from '../kube/client/client.ts';
import type { KubeClientOptions } from '../kube/client/client.ts';
import { LeaderElection } from '../kube/controller/leader-election.ts';
import type { LeaseTiming } from '../kube/controller/leader-election.ts';
import { kubeMetrics } from '../kube/metrics/client-metrics.ts';
import type { WriteGuard } from './cluster.ts';
import { leaseName } from './config.ts';
import type { SyncerConfig } from './config.ts';
import { Controller } from './controller.ts';
import { healthApp } from './health.ts';

export interface StartOptions {
  kubeConfig: ClusterConfig;
  config: SyncerConfig;
  logger: Logger;
  /** Names this process where leaders are elected, for all its terms; made of the Pod's name by default. */
  instance?: string;
  /** For tests; the configuration's by default. */
  leaseTiming?: LeaseTiming;
  /** For tests: how long an old revision stays after it was used. Five minutes by default. */
  revisionGraceMs?: number;
}

export interface Syncer {
  /** Where health and metrics are served, for instance `http://127.0.0.1:8081`. */
  healthUrl: string;
  /** Resolves when this syncer leads (at once without leader election) and works; rejects when it ends before. */
  leading: Promise<void>;
  /** Resolves with why leadership was lost; never while it is held or when stopped on purpose. */
  lost: Promise<Error>;
  /** Ends work under way, gives up the lease, closes everything. */
  stop: () => Promise<void>;
}

/** Starts a syncer in this process. Resolves when its health server listens. */
export async function startSyncer(options: StartOptions): Promise<Syncer> {
  const { config, logger } = options;
  const registry = new Registry();
  const metrics = kubeMetrics(registry);
  const { instance = newInstance(config) } = options;
  // Ten connections in all: one for the five watches, or two when they begin at the same moment, one for the lease, and
  // seven for other calls.
  const clientOf = (limits: Pick<KubeClientOptions, 'connections' | 'watchConnections'>): KubeClient =>
    KubeClient.fromKubeConfig(options.kubeConfig, {
      ...limits,
      component: 'syncer',
      onRequest: (request) => {
        metrics.onRequest(request);
        controller.outage.observed(request.code);
      },
    });
  const client = clientOf({ connections: 7, watchConnections: 5 });
  // Where one call in a hundred hangs, all connections are taken before long; a renewal must not wait for one.
  const leaseClient = config.leaderElection ? clientOf({ connections: 1 }) : undefined;
  const election = leaseClient && electionOf(options, { client: leaseClient, instance, metrics });
  const controller = new Controller({
    client,
    guard: election ?? ALWAYS,
    rules: { policy: config.missingTemplate, waitSeconds: config.missingTemplateWaitSeconds },
    workers: config.workers,
    shard: { index: config.shard, count: config.shards },
    clusterNamespace: config.podNamespace,
    revisionHistoryLimit: config.revisionHistoryLimit,
    revisionGraceMs: options.revisionGraceMs,
    instance,
    metrics,
    logger,
  });
  const app = healthApp(registry, () => controller.synced);
  await app.listen({ host: config.host, port: config.healthPort });
  controller.watch();
  election?.start();
  const leading = lead(controller, election);
  leading.catch((err: unknown) => {
    logger.debug({ err }, 'ended before leading');
  });
  const { promise: lost, resolve: onLost } = Promise.withResolvers<Error>();
  let stopping: Promise<void> | undefined;
  election?.lost.addEventListener('abort', () => {
    if (!stopping) onLost(election.lost.reason as Error);
  });
  const stop = async (): Promise<void> => {
    // Whoever waits for the lease need not wait for what is left to tell.
    await controller.endWork();
    await election?.stop();
    await controller.stop();
    await Promise.all([client.close(), leaseClient?.close()]);
    await app.close();
    registry.clear();
  };
  const { port } = app.server.address() as AddressInfo;
  return { healthUrl: `http://127.0.0.1:${port}`, leading, lost, stop: () => (stopping ??= stop()) };
}

/** Differs for each process, though a Pod's containers are started again under its name. */
export function newInstance({ podName }: SyncerConfig): string {
  return `${podName}_${randomBytes(4).toString('hex')}`;
}

/** Without leader election nothing forbids a write: the Job's name and resourceVersions keep two of them apart. */
const ALWAYS: WriteGuard = { assertHeld: () => undefined, lost: new AbortController().signal };

async function lead(controller: Controller, election: LeaderElection | undefined): Promise<void> {
  await election?.whenLeading();
  await controller.lead();
}

function electionOf(
  { config, logger, leaseTiming = timingOf(config) }: StartOptions,
  { client, instance, metrics }: { client: KubeClient; instance: string; metrics: ReturnType<typeof kubeMetrics> },
): LeaderElection {
  return new LeaderElection({
    client,
    namespace: config.podNamespace,
    name: leaseName(config),
    identity: instance,
    logger,
    onChange: (isLeader) => {
      metrics.leader(leaseName(config), isLeader);
    },
    timing: leaseTiming,
  });
}

function timingOf(config: SyncerConfig): LeaseTiming {
  return {
    leaseMs: config.leaseDurationSeconds * 1000,
    renewDeadlineMs: config.renewDeadlineSeconds * 1000,
    retryMs: config.retryPeriodSeconds * 1000,
  };
}
