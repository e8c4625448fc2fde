import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClusterJobTemplate, JobTemplate } from '../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES } from '../api/resources.ts';
import type { ClusterConfig } from '../kube/client/cluster-config.ts';
import { KubeClient } from '../kube/client/client.ts';
import { Reflector } from '../kube/watch/reflector.ts';
import { CompiledTemplates } from '../revisions/compiled-templates.ts';
import { RevisionStore } from '../revisions/revision-store.ts';
import { buildApp, type App } from './server/app.ts';
import { Authorization } from './lookups/authorization.ts';
import { CaBundleWatch } from './tls/ca-bundle-watch.ts';
import type { WebhookConfig } from './config.ts';
import { createDeciders, type Deciders } from './admission/decide.ts';
import { DryRunVerdicts } from './lookups/dry-run-verdicts.ts';
import { createHealthServer } from './server/health.ts';
import type { KeyPair } from './tls/key-pair.ts';
import { listenAnywhere } from './server/listen.ts';
import { WebhookMetrics } from './server/metrics.ts';
import { MissingReferences } from './lookups/missing-references.ts';
import { Readiness, type Missing } from './server/readiness.ts';
import { UnfinishedRunWarnings } from './lookups/unfinished-run-warnings.ts';
import { TemplateLookup } from './lookups/template-lookup.ts';
import { TemplateResolver } from './lookups/template-resolver.ts';
import { CertificateReloader } from './tls/tls-reload.ts';
import { Drain } from './server/drain.ts';

/** A template that was deleted is found by its revision no longer than this. */
const REVISION_TTL_MS = 60_000;

export interface WebhookOptions {
  kubeConfig: ClusterConfig;
  config: WebhookConfig;
  logger: Logger;
  metrics?: WebhookMetrics;
  /** Told when the process is of no use any more: its port is taken, say. */
  onFatal?: (error: unknown) => void;
  /** A drain ends when no request came for this long, in milliseconds. */
  drainQuietMs?: number;
  /** How often certificate files are read without being told of a change, in milliseconds. */
  certificatePollMs?: number;
}

/** A started webhook. It may still be waiting for its certificate, its caches or its CA bundle. */
export interface RunningWebhook {
  /** `https://127.0.0.1:PORT`. @throws before it listens. */
  readonly url: string;
  /** `http://127.0.0.1:PORT`, from the start. */
  readonly healthUrl: string;
  /** What `/readyz` says is missing. */
  missing(): Missing[];
  whenReady(): Promise<void>;
  /** Answers what still comes, tells clients to go, and ends when all is quiet or the time is up. */
  stop(): Promise<void>;
}

/**
 * Starts the webhook in this process. Resolves when its health port listens; what is missing then is told there and
 * waited for, without an end: missing certificate files are no reason to crash.
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const webhook = new Webhook(options);
  await webhook.start();
  return webhook;
}

class Webhook implements RunningWebhook {
  readonly #options: WebhookOptions;
  readonly #client: KubeClient;
  readonly #templates: Reflector<JobTemplate>;
  readonly #clusterTemplates: Reflector<ClusterJobTemplate>;
  readonly #certificates: CertificateReloader;
  readonly #caBundles: CaBundleWatch;
  readonly #readiness = new Readiness();
  readonly #drain = new Drain();
  readonly #app: App;
  readonly #health: Server;
  #listening: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: WebhookOptions) {
    this.#options = options;
    const { config, logger, kubeConfig, metrics = new WebhookMetrics() } = options;
    this.#client = KubeClient.fromKubeConfig(kubeConfig, {
      component: 'webhook',
      // With four watches, ten in all.
      connections: 6,
      onRequest: metrics.observeApiRequest,
    });
    this.#templates = new Reflector<JobTemplate>({ client: this.#client, resource: JOB_TEMPLATES, logger });
    this.#clusterTemplates = new Reflector<ClusterJobTemplate>({
      client: this.#client,
      resource: CLUSTER_JOB_TEMPLATES,
      logger,
    });
    this.#certificates = new CertificateReloader({
      certFile: config.tlsCertFile,
      keyFile: config.tlsKeyFile,
      onPair: (pair) => {
        this.#serveWith(pair);
      },
      logger,
      metrics,
      ...(options.certificatePollMs === undefined ? {} : { pollMs: options.certificatePollMs }),
    });
    this.#caBundles = new CaBundleWatch({
      client: this.#client,
      config,
      chain: () => this.#certificates.pair?.chain,
      logger,
    });
    const { readiness, drain } = { readiness: this.#readiness, drain: this.#drain };
    this.#app = buildApp({ deciders: this.#deciders(), readiness, metrics, drain, logger });
    this.#health = createHealthServer({ readiness, registry: metrics.registry }, (err) => {
      logger.error({ err }, 'a health request failed');
    });
    this.#addReadinessChecks();
  }

  get url(): string {
    return `https://127.0.0.1:${portOf(this.#app.server.address())}`;
  }

  get healthUrl(): string {
    return `http://127.0.0.1:${portOf(this.#health.address())}`;
  }

  async start(): Promise<void> {
    const { config, logger } = this.#options;
    await listenAnywhere(config.host, (host) => listen(this.#health, config.healthPort, host));
    logger.info({ url: this.healthUrl }, 'health and metrics');
    this.#templates.start();
    this.#clusterTemplates.start();
    await this.#app.ready();
    await this.#certificates.start();
    this.#caBundles.start();
  }

  missing(): Missing[] {
    return this.#readiness.missing();
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
    logger.info({ drainSeconds: config.drainSeconds }, 'draining: answering what still comes');
    await this.#drain.run({ quietMs: drainQuietMs, maxMs: config.drainSeconds * 1000 });
    await this.#certificates.stop();
    this.#caBundles.stop();
    await this.#app.close();
    await Promise.all([this.#templates.stop(), this.#clusterTemplates.stop()]);
    await this.#client.close();
    await new Promise((resolve) => {
      this.#health.close(resolve);
      this.#health.closeAllConnections();
    });
    logger.info('ended');
  }

  #deciders(): Deciders {
    const client = this.#client;
    const { config, logger } = this.#options;
    const caches = { JobTemplate: this.#templates.cache, ClusterJobTemplate: this.#clusterTemplates.cache };
    const lookup = new TemplateLookup(client, caches);
    const compiled = new CompiledTemplates({ revisionTtlMs: REVISION_TTL_MS });
    const revisions = new RevisionStore({ client, clusterNamespace: config.podNamespace, templates: compiled });
    return createDeciders({
      lookup,
      revisions,
      templates: new TemplateResolver({ lookup, revisions, compiled }),
      authorization: new Authorization({ client, mode: config.authorizationMode }),
      dryRuns: new DryRunVerdicts({ client, enabled: config.dryRun, reuseSeconds: config.dryRunReuseSeconds }),
      references: new MissingReferences({ client, kinds: config.warnMissing, logger }),
      unfinishedRuns: new UnfinishedRunWarnings({ client, logger }),
      clusterNamespace: config.podNamespace,
      missingTemplate: config.missingTemplate,
    });
  }

  #addReadinessChecks(): void {
    const checks = {
      draining: () => (this.#drain.started ? 'the process is ending' : undefined),
      certificate: () => (this.#certificates.pair === undefined ? this.#certificates.problem : undefined),
      listening: () => (this.#app.server.listening ? undefined : 'the HTTPS port is not open yet'),
      caches: () =>
        this.#templates.synced && this.#clusterTemplates.synced ? undefined : 'the templates are not listed yet',
      caBundle: () => this.#caBundles.problem,
    };
    for (const [what, check] of Object.entries(checks)) this.#readiness.add(what, check);
  }

  #serveWith(pair: KeyPair): void {
    this.#app.server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: 'TLSv1.2' });
    this.#listening ??= this.#listen();
  }

  async #listen(): Promise<void> {
    const { config, logger, onFatal } = this.#options;
    try {
      await listenAnywhere(config.host, (host) => this.#app.listen({ host, port: config.port }));
      logger.info({ url: this.url }, 'listening');
    } catch (error) {
      logger.fatal({ err: error }, 'the HTTPS port cannot be opened');
      onFatal?.(error);
    }
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the webhook does not listen yet');
  return address.port;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
