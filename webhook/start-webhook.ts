import { setTimeout as delay } from 'node:timers/promises';
import { listenAnywhere, listenOn, portOf } from '../kube/process/listen.ts';
import { createComponents, type Components, type WebhookOptions } from './components.ts';
import type { Missing } from './server/readiness.ts';

/** A started webhook. It may still be waiting for its certificate, its caches or its CA bundle. */
export interface RunningWebhook {
  /** `https://127.0.0.1:PORT`. @throws before it listens. */
  readonly url: string;
  /** `http://127.0.0.1:PORT`, from the start. */
  readonly healthUrl: string;
  /** What `/readyz` reports as missing. */
  missing(): Missing[];
  whenReady(): Promise<void>;
  /** Answers requests until the drain finishes, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the webhook in this process. Resolves once the health port listens. Whatever is missing then is reported there
 * and awaited without a time limit: a missing certificate file is no reason to crash.
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const webhook = new Webhook(options);
  await webhook.start();
  return webhook;
}

class Webhook implements RunningWebhook {
  readonly #options: WebhookOptions;
  readonly #components: Components;
  #stopped: Promise<void> | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#components = createComponents(options);
  }

  get url(): string {
    return `https://127.0.0.1:${portOf(this.#components.app.server.address())}`;
  }

  get healthUrl(): string {
    return `http://127.0.0.1:${portOf(this.#components.health.address())}`;
  }

  async start(): Promise<void> {
    const { config, logger } = this.#options;
    const { health, templates, clusterTemplates, paths, app, certificates, caBundles } = this.#components;
    await listenAnywhere(config.host, (host) => listenOn(health, config.healthPort, host));
    logger.info({ url: this.healthUrl }, 'serving health and metrics');
    templates.start();
    clusterTemplates.start();
    paths.start();
    await app.ready();
    await certificates.start();
    caBundles.start();
  }

  missing(): Missing[] {
    return this.#components.readiness.missing();
  }

  async whenReady(): Promise<void> {
    while (this.missing().length > 0) await delay(20);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { config, logger, drainQuietMs = 5000 } = this.#options;
    const { drain, certificates, caBundles, app, client, health, ...watches } = this.#components;
    logger.info({ drainSeconds: config.drainSeconds }, 'draining: requests are still answered');
    await drain.run({ quietMs: drainQuietMs, maxMs: config.drainSeconds * 1000 });
    await certificates.stop();
    caBundles.stop();
    await app.close();
    await Promise.all([watches.templates.stop(), watches.clusterTemplates.stop(), watches.paths.stop()]);
    await client.close();
    await new Promise((resolve) => {
      health.close(resolve);
      health.closeAllConnections();
    });
    logger.info('stopped');
  }
}
