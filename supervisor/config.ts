import { Type } from 'typebox';
import { logLevel, port, readEnvironment } from '../kube/process/environment.ts';
import type { ConfigOf, Environment } from '../kube/process/environment.ts';

const SCHEMA = Type.Object({
  /** `::` includes IPv4. On a machine without IPv6, `0.0.0.0` is used instead. */
  HOST: Type.String({ minLength: 1, default: '::' }),
  HEALTH_PORT: port(8081),
  /** After this time, the container counts as started although the syncer has not read its first lists yet. */
  STARTED_AFTER_SECONDS: Type.Integer({ minimum: 0, maximum: 600, default: 60 }),
  LOG_LEVEL: logLevel(),
});

/** The configuration of the supervisor process. The syncer reads its own from the same environment. */
export type SupervisorConfig = ConfigOf<typeof SCHEMA>;

/** @throws ConfigError that names every mistake. */
export function readConfig(environment: Environment): SupervisorConfig {
  return readEnvironment(SCHEMA, environment);
}
