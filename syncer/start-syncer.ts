import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { ClusterConfig } from '../kube/client/cluster-config.ts';
import { KubeClient } from '../kube/client/client.ts';
import type { KubeClientOptions } from '../kube/client/client.ts';
import { LeaderElection } from '../kube/controller/leader-election.ts';
import type { LeaseTiming } from '../kube/controller/leader-election.ts';
import type { RequestObserver } from '../kube/client/request-sender.ts';
import { kubeMetrics } from '../kube/metrics/client-metrics.ts';
import { listenAnywhere, portOf } from '../kube/process/listen.ts';
import { wireCallbacks } from './callback/wire-callbacks.ts';
import type { CallbackWiring } from './callback/wire-callbacks.ts';
import { ApiServerClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { registerQueuedRuns } from './concurrency/concurrency-metrics.ts';
import { leaseName } from './config.ts';
import type { SyncerConfig } from './config.ts';
import { Controller } from './controller/controller.ts';
import type { ControllerOptions } from './controller/controller-options.ts';
import { healthApp } from './health.ts';
import { wireRetention } from './retention/wire-retention.ts';
import type { RetentionTime } from './retention/wire-retention.ts';
import { ALWAYS_ALLOWED } from './write-guard.ts';

export interface StartOptions {
  kubeConfig: ClusterConfig;
  config: SyncerConfig;
  logger: Logger;
  /** The name of this process in leader election; derived from the Pod's name by default. */
  instance?: string;
  /** For tests: the clock of this machine. */
  clock?: Clock;
  /** For tests; the configuration's by default. */
  leaseTiming?: LeaseTiming;
  /** For tests: how long an old revision is retained after its last use. Five minutes by default. */
  revisionGraceMs?: number;
  /** For tests; the real network and clock by default. */
  callbackWiring?: CallbackWiring;
  /** For tests: the time by which finished runs are removed. */
  retentionTime?: RetentionTime;
}

export interface Syncer {
  /** Where health and metrics are served, for example `http://127.0.0.1:8081`. */
  healthUrl: string;
  /** Resolves when this syncer is the leader (at once without leader election) and works; rejects if it stops before. */
  leading: Promise<void>;
  /** Resolves with the reason when the lease is lost. Stays pending after `stop`. */
  lost: Promise<Error>;
  /** Completes the work in progress, releases the lease, closes all connections. */
  stop: () => Promise<void>;
}

/** Starts a syncer in this process. Resolves when its health server listens. */
export async function startSyncer(options: StartOptions): Promise<Syncer> {
  const { config, logger, instance = newInstance(options.config) } = options;
  const registry = new Registry();
  const metrics = kubeMetrics(registry);
  const clock = new ApiServerClock(options.clock);
  const onRequest: RequestObserver = (request) => {
    clock.observed(request.date);
    metrics.onRequest(request);
    controller.outage.observed(request.code);
  };
  const clients = connect(options, onRequest);
  const election = clients.lease && electionOf(options, { client: clients.lease, instance, metrics });
  const controller = new Controller({
    ...controllerConfig(config),
    callbacks: wireCallbacks({ ...options, clock }, registry),
    retention: wireRetention(options, registry),
    ...clients.work,
    guard: election ?? ALWAYS_ALLOWED,
    clock,
    revisionGraceMs: options.revisionGraceMs,
    instance,
    metrics,
    logger,
  });
  registerQueuedRuns(registry, () => controller.queuedRuns);
  const app = healthApp(registry, () => controller.synced, logger);
  await listenAnywhere(config.host, (host) => app.listen({ host, port: config.healthPort }));
  controller.watch();
  election?.start();
  const leading = lead(controller, election, logger);
  const stop = async (): Promise<void> => {
    await stopWork(controller, election);
    await Promise.all([...Object.values(clients.work), clients.lease].map(async (client) => client?.close()));
    await app.close();
    registry.clear();
  };
  const healthUrl = `http://127.0.0.1:${portOf(app.server.address())}`;
  return { healthUrl, leading, ...untilStopped(election, stop) };
}

/** Unique for each process: the containers of a Pod can be restarted under its name. */
export function newInstance({ podName }: Pick<SyncerConfig, 'podName'>): string {
  return `${podName}_${randomBytes(4).toString('hex')}`;
}

/**
 * At most 46 connections: one for the five watches, or two if they start at the same moment; sixteen for writes of Jobs,
 * twelve for those of statuses and eight for those of Events and revisions, which an admission webhook of any namespace can
 * delay; seven for other requests; one for the lease, as a renewal must not wait while all others hang.
 */
function connect(
  { kubeConfig, config }: StartOptions,
  onRequest: RequestObserver,
): {
  work: Pick<ControllerOptions, 'client' | 'jobClient' | 'statusClient' | 'backgroundClient'>;
  lease: KubeClient | undefined;
} {
  const clientOf = (limits: Pick<KubeClientOptions, 'connections' | 'watchConnections'>): KubeClient =>
    KubeClient.fromKubeConfig(kubeConfig, { ...limits, component: 'syncer', onRequest });
  return {
    work: {
      client: clientOf({ connections: 7, watchConnections: 5 }),
      jobClient: clientOf({ connections: 16 }),
      statusClient: clientOf({ connections: 12 }),
      backgroundClient: clientOf({ connections: 8 }),
    },
    lease: config.leaderElection ? clientOf({ connections: 1 }) : undefined,
  };
}

function controllerConfig(
  config: SyncerConfig,
): Pick<
  ControllerOptions,
  'rules' | 'reads' | 'workers' | 'shard' | 'clusterNamespace' | 'trustsAdmission' | 'revisionHistoryLimit'
> {
  return {
    rules: { policy: config.missingTemplate, waitSeconds: config.missingTemplateWaitSeconds },
    reads: { pods: config.readPods, events: config.readEvents, logEnds: config.readLogEnds },
    workers: config.workers,
    shard: { index: config.shard, count: config.shards },
    clusterNamespace: config.podNamespace,
    trustsAdmission: config.failurePolicy === 'Fail',
    revisionHistoryLimit: config.revisionHistoryLimit,
  };
}

/** `stop` runs once. `lost` resolves only if the lease was lost before that. */
function untilStopped(election: LeaderElection | undefined, stop: () => Promise<void>): Pick<Syncer, 'lost' | 'stop'> {
  const { promise: lost, resolve: onLost } = Promise.withResolvers<Error>();
  let stopping: Promise<void> | undefined;
  election?.lost.addEventListener('abort', () => {
    if (!stopping) onLost(election.lost.reason as Error);
  });
  return { lost, stop: () => (stopping ??= stop()) };
}

/** Releases the lease before the last Events are written, so that the next leader does not wait for them. */
async function stopWork(controller: Controller, election: LeaderElection | undefined): Promise<void> {
  await controller.endWork();
  await election?.stop();
  await controller.stop();
}

/** Nobody need await the result. */
function lead(controller: Controller, election: LeaderElection | undefined, logger: Logger): Promise<void> {
  const leading = Promise.resolve(election?.whenLeading()).then(() => controller.lead());
  leading.catch((err: unknown) => {
    logger.debug({ err }, 'stopped before it became the leader');
  });
  return leading;
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
