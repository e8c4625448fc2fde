import type { X509Certificate } from 'node:crypto';
import type { Logger } from 'pino';
import type { KubeClient } from '../../kube/client/client.ts';
import { caBundleProblem, MUTATING_WEBHOOK_CONFIGURATIONS, VALIDATING_WEBHOOK_CONFIGURATIONS } from './ca-bundle.ts';
import type { WebhookConfig } from '../config.ts';

export interface CaBundleWatchOptions {
  client: Pick<KubeClient, 'get'>;
  config: Pick<WebhookConfig, 'validatingWebhookConfiguration' | 'mutatingWebhookConfiguration'>;
  /** The certificate in use; `undefined` before there is one. */
  chain: () => readonly X509Certificate[] | undefined;
  logger: Logger;
  everyMs?: number;
}

/**
 * Delays readiness until the API server trusts the certificate: after an installation, the CA bundle is injected a little
 * later. A mismatch after that does not affect readiness, because it would affect all replicas alike.
 */
export class CaBundleWatch {
  readonly #options: CaBundleWatchOptions;
  readonly #configurations: Parameters<typeof caBundleProblem>[1][];
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: CaBundleWatchOptions) {
    this.#options = options;
    const { validatingWebhookConfiguration: validating, mutatingWebhookConfiguration: mutating } = options.config;
    this.#configurations = [
      { resource: VALIDATING_WEBHOOK_CONFIGURATIONS, name: validating },
      { resource: MUTATING_WEBHOOK_CONFIGURATIONS, name: mutating },
    ].filter(({ name }) => name !== '');
    this.#problem = this.#configurations.length === 0 ? undefined : 'not checked yet';
  }

  /** `undefined` once all configurations trust the certificate. */
  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    if (this.#problem !== undefined) void this.#check();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #check(): Promise<void> {
    const { logger, everyMs = 500 } = this.#options;
    const before = this.#problem;
    try {
      this.#problem = await this.#currentProblem();
    } catch (err) {
      logger.error({ err }, 'the webhook configurations cannot be checked');
    }
    if (this.#problem === undefined) {
      logger.info('the API server trusts the certificate');
      return;
    }
    if (this.#problem !== before) logger.warn(`not ready: ${this.#problem}`);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#check(), everyMs);
  }

  async #currentProblem(): Promise<string | undefined> {
    const chain = this.#options.chain();
    if (chain === undefined) return 'there is no certificate yet';
    for (const configuration of this.#configurations) {
      const problem = await caBundleProblem(this.#options.client, configuration, chain);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}
