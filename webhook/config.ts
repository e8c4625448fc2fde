import { Type } from 'typebox';
import { AUTHORIZATION_MODES, MISSING_TEMPLATE_POLICIES } from '../api/names.ts';
import { HOST_PATTERNS } from '../core/callback/host-pattern.ts';
import { REFERENCE_KINDS, type ReferenceKind } from '../core/job/references.ts';
import {
  logLevel,
  oneOf,
  port,
  readEnvironment,
  type ConfigOf,
  type Environment,
} from '../kube/process/environment.ts';

/** The environment variables, each with its default. */
const EnvironmentSchema = Type.Object({
  /** `::` includes IPv4. On a machine without IPv6, `0.0.0.0` is used instead. */
  HOST: Type.String({ minLength: 1, default: '::' }),
  PORT: port(9443),
  HEALTH_PORT: port(8080),
  TLS_CERT_FILE: Type.String({ minLength: 1, default: '/tls/tls.crt' }),
  TLS_KEY_FILE: Type.String({ minLength: 1, default: '/tls/tls.key' }),
  /** The CA of the certificates that clients must have. Empty: clients need no certificate. */
  CLIENT_CA_FILE: Type.String({ default: '' }),
  /**
   * The configurations that must trust the certificate before this process is ready. Only the paths in them are
   * answered. Empty: none, and everybody can call `/validate` or `/mutate`; for development only.
   */
  VALIDATING_WEBHOOK_CONFIGURATION: Type.String({ default: '' }),
  MUTATING_WEBHOOK_CONFIGURATION: Type.String({ default: '' }),
  MISSING_TEMPLATE: oneOf(MISSING_TEMPLATE_POLICIES, 'Reject'),
  AUTHORIZATION_MODE: oneOf(AUTHORIZATION_MODES, 'Namespace'),
  /** Whether policies in the API server decide who may use a template. The webhook then does not check it again. */
  POLICIES: Type.Boolean({ default: false }),
  /** The namespace of the revisions of ClusterJobTemplates. */
  POD_NAMESPACE: Type.String({ minLength: 1, default: 'default' }),
  /** Whether the API server checks each rendered Job in a dry run. */
  DRY_RUN: Type.Boolean({ default: true }),
  /** How long the acceptance of a Job is reused for similar Jobs. */
  DRY_RUN_REUSE_SECONDS: Type.Integer({ minimum: 0, maximum: 3600, default: 10 }),
  /** Comma-separated kinds of {@link REFERENCE_KINDS}. Empty: none. */
  WARN_MISSING: Type.String({
    pattern: `^(((^|,)(${REFERENCE_KINDS.join('|')}))+|)$`,
    default: '',
  }),
  /** Which callbacks are permitted: hosts, separated by commas; whether http is; `namespace/name` of Secrets. */
  CALLBACK_ALLOWED_HOSTS: Type.String({ pattern: HOST_PATTERNS, default: '' }),
  CALLBACK_ALLOW_HTTP: Type.Boolean({ default: false }),
  CALLBACK_SECRETS: Type.String({ default: '' }),
  LOG_LEVEL: logLevel(),
  /** How long the process still answers requests after a signal to stop. */
  DRAIN_SECONDS: Type.Integer({ minimum: 0, maximum: 600, default: 30 }),
});

/** The configuration of the webhook process: the variables by their camelCase names. */
export interface WebhookConfig extends Omit<ConfigOf<typeof EnvironmentSchema>, 'warnMissing'> {
  warnMissing: ReferenceKind[];
}

/** @throws ConfigError that names every mistake */
export function readConfig(environment: Environment): WebhookConfig {
  const { warnMissing, ...config } = readEnvironment(EnvironmentSchema, environment);
  const kinds = warnMissing.split(',').filter((kind): kind is ReferenceKind => kind !== '');
  return { ...config, warnMissing: kinds };
}
