import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeClient } from '../../kube/client.ts';
import { makeServingCertificate } from '../cluster/certificates.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { repositoryDirectory } from '../cluster/paths.ts';
import { findFreePorts } from '../cluster/ports.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { webhookConfigurations } from '../integration/webhook-configurations.ts';

/** A real control plane with our two processes beside it, each a process of its own as in an installation. */
export interface System {
  client: KubeClient;
  /** For what is measured without its work. */
  stopSyncer: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Namespaces whose JobRuns pass admission carry this label; the others are the limit to compare with. */
export const admissionLabel = { 'bench.hematoscope.app/admission': 'on' };

const crds: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};
const configurations = (kind: 'Validating' | 'Mutating'): Resource => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: `${kind.toLowerCase()}webhookconfigurations`,
  kind: `${kind}WebhookConfiguration`,
});

export async function startSystem(directory: string): Promise<System> {
  const controlPlane = await startControlPlane({ directory: join(directory, 'control-plane') });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane.kubeconfig);
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'bench', connections: 64 });
  await installCrds(client);
  const certificate = await makeServingCertificate({ directory, hosts: ['127.0.0.1'] });
  const [port = 0, webhookHealth = 0, syncerHealth = 0] = await findFreePorts(3);
  const common = { KUBECONFIG: controlPlane.kubeconfig, HOST: '127.0.0.1', LOG_LEVEL: 'warn' };
  const webhook = start('webhook', {
    ...common,
    PORT: String(port),
    HEALTH_PORT: String(webhookHealth),
    TLS_CERT_FILE: certificate.cert,
    TLS_KEY_FILE: certificate.key,
    // Everything on.
    AUTHORIZATION_MODE: 'Use',
    WARN_MISSING: 'Secret,ConfigMap,ServiceAccount,PersistentVolumeClaim,PriorityClass',
  });
  const syncer = start('syncer', {
    ...common,
    HEALTH_PORT: String(syncerHealth),
    POD_NAMESPACE: 'default',
    POD_NAME: 'bench',
  });
  await Promise.all([ready('webhook', webhookHealth), ready('syncer', syncerHealth)]);
  await registerWebhook(client, `https://127.0.0.1:${port}`, await readFile(certificate.ca));
  let syncerEnded: Promise<void> | undefined;
  const stopSyncer = () => (syncerEnded ??= end(syncer));
  const stop = async () => {
    await Promise.all([end(webhook), stopSyncer()]);
    await client.close();
    await controlPlane.stop();
  };
  return { client, stopSyncer, stop };
}

async function installCrds(client: KubeClient): Promise<void> {
  for (const name of ['jobtemplates', 'clusterjobtemplates', 'jobruns']) {
    const file = join(repositoryDirectory, 'charts', 'job-template-run', 'files', 'crds', `${name}.yaml`);
    const crd = parse(await readFile(file, 'utf8')) as KubeObject;
    await client.create(crds, undefined, crd);
    await waitFor(`CRD ${name}`, async () => {
      const stored = await client.get<KubeObject & { status?: { conditions?: { type: string; status: string }[] } }>(
        crds,
        { name: `${name}.hematoscope.app` },
      );
      return stored.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True') ? true : undefined;
    });
  }
}

function start(name: 'webhook' | 'syncer', environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [join(repositoryDirectory, name, 'main.ts')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) console.error(`${name} ended with exit code ${code}`);
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

function ready(name: string, port: number): Promise<true> {
  return waitFor(`${name} ready`, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    return response.ok ? true : undefined;
  });
}

/** The chart's own rules, for the namespaces with {@link admissionLabel} only. */
async function registerWebhook(client: KubeClient, url: string, ca: Buffer): Promise<void> {
  const { items } = (await webhookConfigurations(url, ca.toString('base64'))) as {
    items: (KubeObject & { webhooks: { rules: { scope: string }[] }[] })[];
  };
  for (const configuration of items) {
    const webhooks = configuration.webhooks
      .filter(({ rules }) => rules.every(({ scope }) => scope === 'Namespaced'))
      .map((webhook) => ({ ...webhook, namespaceSelector: { matchLabels: admissionLabel } }));
    const kind = configuration.kind === 'MutatingWebhookConfiguration' ? 'Mutating' : 'Validating';
    await client.create(configurations(kind), undefined, { ...configuration, webhooks } as KubeObject);
  }
}
