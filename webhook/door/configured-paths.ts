/** The paths at which the API server calls, as the webhook configurations have them now. */
import type { Logger } from 'pino';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import type { WebhookConfig } from '../config.ts';
import { MUTATING_WEBHOOK_CONFIGURATIONS, VALIDATING_WEBHOOK_CONFIGURATIONS } from '../tls/ca-bundle.ts';
import { Door, type WebhookName } from './door.ts';

/** The part of a webhook configuration that contains its paths. */
interface WebhookPaths extends KubeObject {
  webhooks?: { clientConfig?: { url?: string; service?: { path?: string } } }[];
}

export interface ConfiguredPathsOptions {
  client: Pick<KubeClient, 'list' | 'watch'>;
  config: Pick<WebhookConfig, 'validatingWebhookConfiguration' | 'mutatingWebhookConfiguration'>;
  logger: Logger;
}

interface Configuration {
  webhook: WebhookName;
  resource: Resource;
  name: string;
}

/** Minimum length of a secret in a path; the chart accepts no shorter one. */
const SHORTEST_SECRET = 32;

/**
 * Opens the {@link Door} at the paths of the two webhook configurations. The configuration is the only place of the
 * secret: a change there, by Helm, Argo CD or kubectl, applies to the running webhook too.
 */
export class ConfiguredPaths {
  readonly door: Door;
  readonly #options: ConfiguredPathsOptions;
  readonly #reflectors: readonly Reflector<WebhookPaths>[];
  readonly #missing = new Set<Configuration>();

  constructor(options: ConfiguredPathsOptions) {
    this.#options = options;
    const { validatingWebhookConfiguration: validating, mutatingWebhookConfiguration: mutating } = options.config;
    const configurations: Configuration[] = [
      { webhook: 'validate' as const, resource: VALIDATING_WEBHOOK_CONFIGURATIONS, name: validating },
      { webhook: 'mutate' as const, resource: MUTATING_WEBHOOK_CONFIGURATIONS, name: mutating },
    ].filter(({ name }) => name !== '');
    for (const each of configurations) this.#missing.add(each);
    this.door = configurations.length === 0 ? Door.withoutSecret() : new Door();
    this.#reflectors = configurations.map((each) => this.#reflector(each));
  }

  /** Why the API server may be refused; `undefined` once the paths of all configurations are known. */
  get problem(): string | undefined {
    const [first] = this.#missing;
    return first && `no path that ends in /${first.webhook} is known yet from ${first.resource.kind} ${first.name}`;
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  #reflector(configuration: Configuration): Reflector<WebhookPaths> {
    const { client, logger } = this.#options;
    const use = (object: WebhookPaths): void => {
      this.#use(configuration, object);
    };
    return new Reflector<WebhookPaths>({
      ...{ client, logger, resource: configuration.resource },
      // The permission to list and watch is for this one object.
      fieldSelector: `metadata.name=${configuration.name}`,
      // The paths of a deleted configuration stay: it may be about to be replaced.
      handlers: {
        onAdd: use,
        onUpdate: (_before, after) => {
          use(after);
        },
      },
    });
  }

  #use(configuration: Configuration, object: WebhookPaths): void {
    const { webhook, resource, name } = configuration;
    const paths = pathsOf(object).filter((path) => path.endsWith(`/${webhook}`));
    if (paths.length === 0) return;
    this.door.setPaths(webhook, paths);
    this.#missing.delete(configuration);
    // The path itself is never logged.
    const { logger } = this.#options;
    logger.info(`opened at the path in ${resource.kind} ${name}`);
    if (paths.some(isGuessable))
      logger.warn(`the path in ${resource.kind} ${name} is not secret: set a random one (docs/operations.md)`);
  }
}

/** The paths of all webhooks of a configuration, without duplicates. */
function pathsOf({ webhooks = [] }: WebhookPaths): string[] {
  const paths = webhooks.map(({ clientConfig: { url, service } = {} }) =>
    url === undefined ? (service?.path ?? '') : (URL.parse(url)?.pathname ?? ''),
  );
  return Array.from(new Set(paths));
}

/** Whether the path contains no secret. Those in certs/ do not. */
function isGuessable(path: string): boolean {
  return path.split('/').every((part) => part.length < SHORTEST_SECRET);
}
