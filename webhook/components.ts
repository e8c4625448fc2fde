import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES } from '../api/resources.ts';
import { templateOutline, type TemplateOutline } from '../core/template/outline.ts';
import { KubeClient } from '../kube/client/client.ts';
import type { ClusterConfig } from '../kube/client/cluster-config.ts';
import { Reflector } from '../kube/watch/reflector.ts';
import type { WebhookConfig } from './config.ts';
import { buildApp, type App } from './server/app.ts';
import { Drain } from './server/drain.ts';
import { createHealthServer } from './server/health.ts';
import { HttpsPort } from './server/https-port.ts';
import { WebhookMetrics } from './server/metrics.ts';
import { Readiness } from './server/readiness.ts';
import { CaBundleWatch } from './tls/ca-bundle-watch.ts';
import { CertificateReloader } from './tls/tls-reload.ts';
import { ConfiguredPaths } from './door/configured-paths.ts';
import { wireDeciders } from './wire-deciders.ts';

/** Sockets for calls to the API server. With four for watches, ten in all. */
const CONNECTIONS = 6;

export interface WebhookOptions {
  kubeConfig: ClusterConfig;
  config: WebhookConfig;
  logger: Logger;
  metrics?: WebhookMetrics;
  /** Called when the process cannot work, for instance because its port is in use. */
  onFatal?: (error: unknown) => void;
  /** The drain finishes when no request arrived for this long, in milliseconds. */
  drainQuietMs?: number;
  /** How often the certificate files are read even without a change event, in milliseconds. */
  certificatePollMs?: number;
}

/** The parts of the webhook, connected, not started. */
export interface Components {
  client: KubeClient;
  templates: Reflector<TemplateOutline>;
  clusterTemplates: Reflector<TemplateOutline>;
  certificates: CertificateReloader;
  caBundles: CaBundleWatch;
  paths: ConfiguredPaths;
  readiness: Readiness;
  drain: Drain;
  app: App;
  httpsPort: HttpsPort;
  health: Server;
}

export function createComponents(options: WebhookOptions): Components {
  const { config, logger, kubeConfig, metrics = new WebhookMetrics() } = options;
  const observer = { component: 'webhook', connections: CONNECTIONS, onRequest: metrics.observeApiRequest };
  const client = KubeClient.fromKubeConfig(kubeConfig, observer);
  const outlines = { client, logger, trim: templateOutline };
  const templates = new Reflector<TemplateOutline>({ ...outlines, resource: JOB_TEMPLATES });
  const clusterTemplates = new Reflector<TemplateOutline>({ ...outlines, resource: CLUSTER_JOB_TEMPLATES });
  const caches = { JobTemplate: templates.cache, ClusterJobTemplate: clusterTemplates.cache };
  const [readiness, drain] = [new Readiness(), new Drain()];
  const deciders = wireDeciders({ client, caches, config, logger });
  const paths = new ConfiguredPaths({ client, config, logger });
  const clientCertificates = config.clientCaFile !== '';
  const app = buildApp({ deciders, door: paths.door, clientCertificates, metrics, drain, logger });
  const httpsPort = new HttpsPort({ app, config, logger, onFatal: options.onFatal });
  const certificates = createCertificates(options, httpsPort, metrics);
  const chain = () => certificates.pair?.chain;
  const components = {
    ...{ client, templates, clusterTemplates, certificates, paths, readiness, drain, app, httpsPort },
    caBundles: new CaBundleWatch({ client, config, chain, logger }),
    health: createHealthServer({ readiness, registry: metrics.registry, logger }),
  };
  addReadinessChecks(components);
  return components;
}

function createCertificates(
  { config, logger, certificatePollMs }: WebhookOptions,
  httpsPort: HttpsPort,
  metrics: WebhookMetrics,
): CertificateReloader {
  return new CertificateReloader({
    certFile: config.tlsCertFile,
    keyFile: config.tlsKeyFile,
    clientCaFile: config.clientCaFile,
    onPair: (pair) => {
      httpsPort.serveWith(pair);
    },
    logger,
    metrics,
    ...(certificatePollMs !== undefined && { pollMs: certificatePollMs }),
  });
}

/** In the order in which `/readyz` lists them. */
function addReadinessChecks({ readiness, ...parts }: Components): void {
  const { drain, certificates, app, templates, clusterTemplates, caBundles, paths } = parts;
  readiness.add('draining', () => (drain.started ? 'the process is stopping' : undefined));
  readiness.add('certificate', () => (certificates.pair === undefined ? certificates.problem : undefined));
  readiness.add('listening', () => (app.server.listening ? undefined : 'the HTTPS port is not open yet'));
  readiness.add('caches', () =>
    templates.synced && clusterTemplates.synced ? undefined : 'the templates are not listed yet',
  );
  readiness.add('caBundle', () => caBundles.problem);
  readiness.add('paths', () => paths.problem);
}
