import { hostname } from 'node:os';
import { Type } from 'typebox';
import { MISSING_TEMPLATE_POLICIES } from '../api/names.ts';
import { HOST_PATTERNS } from '../core/callback/host-pattern.ts';
import { ConfigError, logLevel, oneOf, port, readEnvironment } from '../kube/process/environment.ts';
import type { ConfigOf, Environment } from '../kube/process/environment.ts';

const notNegative = () => Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

const SCHEMA = Type.Object({
  HEALTH_PORT: port(8081),
  /** `::` includes IPv4. On a machine without IPv6, `0.0.0.0` is used instead. */
  HOST: Type.String({ minLength: 1, default: '::' }),
  LEASE_NAME: Type.String({ minLength: 1, default: 'job-template-run-syncer' }),
  POD_NAMESPACE: Type.String({ minLength: 1, default: 'default' }),
  POD_NAME: Type.String({ minLength: 1, default: hostname() }),
  LEADER_ELECTION: Type.Boolean({ default: true }),
  /** How long a lease is valid without a renewal, when the leader stops trying to renew it, and how often it tries. */
  LEASE_DURATION_SECONDS: Type.Number({ minimum: 1, default: 15 }),
  RENEW_DEADLINE_SECONDS: Type.Number({ minimum: 0.1, default: 10 }),
  RETRY_PERIOD_SECONDS: Type.Number({ minimum: 0.1, default: 2 }),
  /** How many syncers share the namespaces, and which of them this one is, from 0. */
  SHARDS: Type.Integer({ minimum: 1, maximum: 64, default: 1 }),
  SHARD: Type.Integer({ minimum: 0, default: 0 }),
  WORKERS: Type.Integer({ minimum: 1, maximum: 256, default: 16 }),
  /** That of the webhook. With `Ignore`, JobRuns are stored without admission while no webhook answers. */
  FAILURE_POLICY: oneOf(['Fail', 'Ignore'] as const, 'Fail'),
  MISSING_TEMPLATE: oneOf(MISSING_TEMPLATE_POLICIES, 'Reject'),
  MISSING_TEMPLATE_WAIT_SECONDS: Type.Integer({ minimum: 0, default: 300 }),
  /** How many revisions of a template are stored besides the current one and those in use. */
  REVISION_HISTORY_LIMIT: Type.Integer({ minimum: 0, maximum: 1000, default: 10 }),
  /** Whether Pods are read to find out why a run waits or fails, Events if there are no Pods, and ends of output. */
  READ_PODS: Type.Boolean({ default: true }),
  READ_EVENTS: Type.Boolean({ default: true }),
  READ_LOG_ENDS: Type.Boolean({ default: true }),
  /** Which callbacks are permitted: hosts, separated by commas; whether http is; `namespace/name` of Secrets. */
  CALLBACK_ALLOWED_HOSTS: Type.String({ pattern: HOST_PATTERNS, default: '' }),
  CALLBACK_ALLOW_HTTP: Type.Boolean({ default: false }),
  CALLBACK_SECRETS: Type.String({ default: '' }),
  /** PEM: certificates of authorities that callbacks trust besides the usual ones. */
  CALLBACK_CA_BUNDLE: Type.String({ default: '' }),
  /** When finished runs are removed whose template has no `runs.retention`; absent: never. */
  RETENTION_TTL_SECONDS_AFTER_FINISHED: Type.Optional(notNegative()),
  RETENTION_SUCCESSFUL_RUNS_HISTORY_LIMIT: Type.Optional(notNegative()),
  RETENTION_FAILED_RUNS_HISTORY_LIMIT: Type.Optional(notNegative()),
  LOG_LEVEL: logLevel(),
});

/** The configuration of the syncer process. */
export type SyncerConfig = ConfigOf<typeof SCHEMA>;

/** @throws ConfigError that names every mistake. */
export function readConfig(environment: Environment): SyncerConfig {
  const config = readEnvironment(SCHEMA, environment);
  const mistakes = [...leaseTimeMistakes(config), ...shardMistakes(config)];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

/** The rule of client-go. It prevents two leaders at once. */
function leaseTimeMistakes({
  leaseDurationSeconds: lease,
  renewDeadlineSeconds: deadline,
  retryPeriodSeconds: retry,
}: SyncerConfig): string[] {
  if (lease > deadline && deadline > 1.2 * retry) return [];
  return [
    `LEASE_DURATION_SECONDS=${lease} must be above RENEW_DEADLINE_SECONDS=${deadline}, and that above 1.2 × RETRY_PERIOD_SECONDS=${retry}`,
  ];
}

function shardMistakes({ shards, shard }: SyncerConfig): string[] {
  return shard < shards ? [] : [`SHARD=${shard} must be below SHARDS=${shards}: the first is 0`];
}

/** Each shard has its own leader. */
export function leaseName({
  leaseName: name,
  shards,
  shard,
}: Pick<SyncerConfig, 'leaseName' | 'shards' | 'shard'>): string {
  return shards === 1 ? name : `${name}-${shard}`;
}
