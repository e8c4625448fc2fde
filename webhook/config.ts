import { Ajv, type ErrorObject } from 'ajv';
import { Type, type Static } from 'typebox';
import { AUTHORIZATION_MODES, MISSING_TEMPLATE_POLICIES } from '../api/names.ts';
import { REFERENCE_KINDS, type ReferenceKind } from '../core/job/references.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const port = (value: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: value });

const oneOf = <const V extends readonly string[]>(values: V, value: V[number]) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], default: value });

/** The environment variables, each with its default. */
const EnvironmentSchema = Type.Object({
  /** `::` takes IPv4 too; where there is no IPv6, `0.0.0.0` is used. */
  HOST: Type.String({ minLength: 1, default: '::' }),
  PORT: port(9443),
  HEALTH_PORT: port(8080),
  TLS_CERT_FILE: Type.String({ minLength: 1, default: '/tls/tls.crt' }),
  TLS_KEY_FILE: Type.String({ minLength: 1, default: '/tls/tls.key' }),
  /** Empty: there is none to wait for. */
  VALIDATING_WEBHOOK_CONFIGURATION: Type.String({ default: '' }),
  MUTATING_WEBHOOK_CONFIGURATION: Type.String({ default: '' }),
  MISSING_TEMPLATE: oneOf(MISSING_TEMPLATE_POLICIES, 'Reject'),
  AUTHORIZATION_MODE: oneOf(AUTHORIZATION_MODES, 'Namespace'),
  /** Where the revisions of ClusterJobTemplates live. */
  POD_NAMESPACE: Type.String({ minLength: 1, default: 'default' }),
  DRY_RUN: Type.Boolean({ default: true }),
  DRY_RUN_REUSE_SECONDS: Type.Integer({ minimum: 0, maximum: 3600, default: 10 }),
  /** Comma-separated kinds of {@link REFERENCE_KINDS}; empty: none. */
  WARN_MISSING: Type.String({
    pattern: `^(((^|,)(${REFERENCE_KINDS.join('|')}))+|)$`,
    default: '',
  }),
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  DRAIN_SECONDS: Type.Integer({ minimum: 0, maximum: 600, default: 30 }),
});

type Environment = Static<typeof EnvironmentSchema>;

/** Everything that the webhook process is told from outside. */
export interface WebhookConfig {
  host: string;
  port: number;
  healthPort: number;
  tlsCertFile: string;
  tlsKeyFile: string;
  /** Names of the objects through which the API server finds this webhook; empty where there is nothing to wait for. */
  validatingWebhookConfiguration: string;
  mutatingWebhookConfiguration: string;
  missingTemplate: Environment['MISSING_TEMPLATE'];
  authorizationMode: Environment['AUTHORIZATION_MODE'];
  podNamespace: string;
  /** Whether rendered Jobs are tried at the API server, and for how long one's acceptance holds for others alike. */
  dryRun: boolean;
  dryRunReuseSeconds: number;
  warnMissing: ReferenceKind[];
  logLevel: Environment['LOG_LEVEL'];
  /** How long the process may go on answering after it was told to end. */
  drainSeconds: number;
}

/** The environment cannot be used; the message has a line for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError that names all wrong variables at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): WebhookConfig {
  const ajv = new Ajv({ coerceTypes: true, useDefaults: 'empty', allErrors: true });
  const given: Record<string, unknown> = {};
  for (const name of Object.keys(EnvironmentSchema.properties))
    if (environment[name] !== undefined) given[name] = environment[name];
  const validate = ajv.compile<Environment>(EnvironmentSchema);
  if (!validate(given)) throw new ConfigError((validate.errors ?? []).map(explain).join('\n'));
  return {
    host: given.HOST,
    port: given.PORT,
    healthPort: given.HEALTH_PORT,
    tlsCertFile: given.TLS_CERT_FILE,
    tlsKeyFile: given.TLS_KEY_FILE,
    validatingWebhookConfiguration: given.VALIDATING_WEBHOOK_CONFIGURATION,
    mutatingWebhookConfiguration: given.MUTATING_WEBHOOK_CONFIGURATION,
    missingTemplate: given.MISSING_TEMPLATE,
    authorizationMode: given.AUTHORIZATION_MODE,
    podNamespace: given.POD_NAMESPACE,
    dryRun: given.DRY_RUN,
    dryRunReuseSeconds: given.DRY_RUN_REUSE_SECONDS,
    warnMissing: given.WARN_MISSING.split(',').filter((kind): kind is ReferenceKind => kind !== ''),
    logLevel: given.LOG_LEVEL,
    drainSeconds: given.DRAIN_SECONDS,
  };
}

function explain({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  const allowed: unknown = params['allowedValues'];
  const list = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return `environment variable ${instancePath.slice(1)} ${message}${list}`;
}
