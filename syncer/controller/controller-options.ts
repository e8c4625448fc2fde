import type { Logger } from 'pino';
import type { MissingTemplateRules } from '../../core/run/template-wait.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { KubeMetrics } from '../../kube/metrics/client-metrics.ts';
import type { CallbackDeliveryOptions } from '../callback/callback-delivery.ts';
import type { CallbackMetrics } from '../callback/callback-metrics.ts';
import type { Clock } from '../clock.ts';
import type { RunRemovalOptions } from '../retention/run-removal.ts';
import type { PodReaderOptions } from '../run/read-pods.ts';
import type { Shard } from '../shard.ts';
import type { WriteGuard } from '../write-guard.ts';

/** `clock`: for tests; that of the controller by default. */
export type CallbackOptions = Pick<CallbackDeliveryOptions, 'policy' | 'sender' | 'timers'> & {
  clock?: Pick<Clock, 'now'> | undefined;
  metrics?: CallbackMetrics | undefined;
};

/** `clock`: for tests; that of the controller by default. */
export interface RetentionOptions extends Pick<RunRemovalOptions, 'defaults' | 'metrics' | 'timers'> {
  clock?: RunRemovalOptions['clock'] | undefined;
}

export interface ControllerOptions {
  client: KubeClient;
  /** Writes Jobs, and deletes runs. */
  jobClient: KubeClient;
  /** Writes the statuses of runs. */
  statusClient: KubeClient;
  /** Writes Events and revisions. */
  backgroundClient: KubeClient;
  guard: WriteGuard;
  clock: Clock;
  rules: MissingTemplateRules;
  reads: PodReaderOptions['reads'];
  workers: number;
  /** The namespaces that this syncer works on. */
  shard: Shard;
  /** The namespace of the revisions of ClusterJobTemplates. */
  clusterNamespace: string;
  /** Whether every stored JobRun was admitted by a webhook. */
  trustsAdmission: boolean;
  revisionHistoryLimit: number;
  callbacks: CallbackOptions;
  retention: RetentionOptions;
  /** For tests; five minutes by default. */
  revisionGraceMs?: number | undefined;
  /** Name of this process, for Events. */
  instance: string;
  metrics: KubeMetrics;
  logger: Logger;
}
