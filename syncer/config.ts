import { hostname } from 'node:os';
import { Ajv } from 'ajv';
import type { Static } from 'typebox';
import { Type } from 'typebox';
import { MISSING_TEMPLATE_POLICIES } from '../api/names.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

const SCHEMA = Type.Object({
  HEALTH_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8081 }),
  HOST: Type.String({ minLength: 1, default: '0.0.0.0' }),
  LEASE_NAME: Type.String({ minLength: 1, default: 'job-template-run-syncer' }),
  POD_NAMESPACE: Type.String({ minLength: 1, default: 'default' }),
  POD_NAME: Type.String({ minLength: 1, default: hostname() }),
  LEADER_ELECTION: Type.Boolean({ default: true }),
  /** How long a lease holds that is not renewed, when the leader gives it up, and how often it is asked for. */
  LEASE_DURATION_SECONDS: Type.Number({ minimum: 1, default: 15 }),
  RENEW_DEADLINE_SECONDS: Type.Number({ minimum: 0.1, default: 10 }),
  RETRY_PERIOD_SECONDS: Type.Number({ minimum: 0.1, default: 2 }),
  /** Among how many syncers the namespaces are divided, and which of them this one is, from 0. */
  SHARDS: Type.Integer({ minimum: 1, maximum: 64, default: 1 }),
  SHARD: Type.Integer({ minimum: 0, default: 0 }),
  WORKERS: Type.Integer({ minimum: 1, maximum: 256, default: 16 }),
  MISSING_TEMPLATE: Type.Unsafe<(typeof MISSING_TEMPLATE_POLICIES)[number]>({
    type: 'string',
    enum: [...MISSING_TEMPLATE_POLICIES],
    default: 'Reject',
  }),
  MISSING_TEMPLATE_WAIT_SECONDS: Type.Integer({ minimum: 0, default: 300 }),
  /** Revisions of a template that are kept besides the present one and those in use. */
  REVISION_HISTORY_LIMIT: Type.Integer({ minimum: 0, maximum: 1000, default: 10 }),
  LOG_LEVEL: Type.Unsafe<string>({ type: 'string', enum: LOG_LEVELS, default: 'info' }),
});

/** The environment, checked and with defaults. */
export type SyncerConfig = Static<typeof SCHEMA>;

/** The environment holds what the syncer cannot run with; the message names every mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the syncer's configuration. An empty variable counts as absent.
 *
 * @throws ConfigError with all mistakes in one sentence each.
 */
export function readConfig(environment: NodeJS.ProcessEnv): SyncerConfig {
  const given = Object.keys(SCHEMA.properties)
    .map((name) => [name, environment[name]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  const config: unknown = Object.fromEntries(given);
  const validate = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true }).compile<SyncerConfig>(SCHEMA);
  if (validate(config)) return withKnownShard(withOrderedTimes(config));
  const mistakes = (validate.errors ?? []).map(({ instancePath, message = 'is wrong', params }) => {
    const name = instancePath.slice(1);
    const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
    return `${name}=${JSON.stringify(environment[name])} ${message}${allowed}`;
  });
  throw new ConfigError(mistakes.join('; '));
}

/** client-go's own rule: two leaders at once are kept apart by it. */
function withOrderedTimes(config: SyncerConfig): SyncerConfig {
  const { LEASE_DURATION_SECONDS: lease, RENEW_DEADLINE_SECONDS: deadline, RETRY_PERIOD_SECONDS: retry } = config;
  if (lease > deadline && deadline > 1.2 * retry) return config;
  throw new ConfigError(
    `LEASE_DURATION_SECONDS=${lease} must be above RENEW_DEADLINE_SECONDS=${deadline}, and that above 1.2 × RETRY_PERIOD_SECONDS=${retry}`,
  );
}

function withKnownShard(config: SyncerConfig): SyncerConfig {
  const { SHARDS: count, SHARD: index } = config;
  if (index < count) return config;
  throw new ConfigError(`SHARD=${index} must be below SHARDS=${count}: the first is 0`);
}

/** Each shard has a leader of its own. */
export function leaseName({ LEASE_NAME: name, SHARDS: count, SHARD: index }: SyncerConfig): string {
  return count === 1 ? name : `${name}-${index}`;
}
