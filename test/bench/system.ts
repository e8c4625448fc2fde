import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { AuditLog } from '../../local-kubernetes/control-plane/audit-log.ts';
import { makeServingCertificate, type ServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import { startControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import type { ControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { findFreePorts } from '../../local-kubernetes/ports.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { webhookConfigurations } from '../integration/webhook-configurations.ts';
import { Process } from './process.ts';

/** A real control plane and our two processes, each in its own process as in an installation. */
export interface System {
  client: KubeClient;
  controlPlane: ControlPlane;
  audit: AuditLog;
  webhook: Process;
  webhookUrl: string;
  webhookCertificate: ServingCertificate;
  /** A new one after each {@link startSyncer}. */
  syncer: Process | undefined;
  /** Resolves when the new process has started, not when it is ready. */
  restartWebhook: () => Promise<Process>;
  apiServerPort: number;
  startSyncer: (environment?: Record<string, string>) => Promise<Process>;
  /** For scenarios that measure without its work. */
  stopSyncer: () => Promise<void>;
  createNamespace: (name: string, labels?: Record<string, string>) => Promise<void>;
  stop: () => Promise<void>;
}

export interface SystemOptions {
  /** Whether the real Job controller runs; without it the scenario writes the status of the Jobs. */
  controllerManager: boolean;
  /** Whether there is a node {@link FAKE_NODE} whose Pods succeed immediately. */
  fakeNode?: boolean;
  /** Further flags of etcd. */
  etcdFlags?: readonly string[];
  /** Further variables of our processes. */
  environment?: { webhook: Record<string, string>; syncer: Record<string, string> };
}

/** There is no scheduler: Pods set their node. */
export const FAKE_NODE = 'fake';

/** Namespaces whose JobRuns pass admission have this label; the others are the limit. */
export const admissionLabel = { 'bench.hematoscope.app/admission': 'on' };

/** The name of a process in the audit log. */
export const userOf = (name: string): string => `system:serviceaccount:default:${name}`;

const crds: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};
const serviceAccounts: Resource = { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount' };
const clusterRoleBindings: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
};
const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };
const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node' };
const configurations = (kind: 'Validating' | 'Mutating'): Resource => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: `${kind.toLowerCase()}webhookconfigurations`,
  kind: `${kind}WebhookConfiguration`,
});

/** Both processes are ready when this resolves. Needs `dist/`. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'job-template-run-bench-'));
  const controlPlane = await startControlPlane({
    directory: join(directory, 'control-plane'),
    controllerManager: options.controllerManager,
    fakeNodes: options.fakeNode === true,
    // It should write statuses as fast as it can: its own rate limit is not what is measured.
    controllerManagerFlags: ['--kube-api-qps=5000', '--kube-api-burst=5000'],
    audit: 'requests',
    etcdFlags: options.etcdFlags ?? [],
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane.kubeconfig);
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'bench', connections: 64 });
  await installCrds(client);
  if (options.fakeNode) await client.create(nodes, undefined, { metadata: { name: FAKE_NODE } });
  const certificate = await makeServingCertificate({ directory, hosts: ['127.0.0.1'] });
  const [port = 0] = await findFreePorts(1);
  const [asWebhook, asSyncer] = await Promise.all(
    ['webhook', 'syncer'].map((name) => asServiceAccount(client, controlPlane, name)),
  );
  const newWebhook = () =>
    Process.start('webhook', {
      ...asWebhook,
      HOME: directory,
      PORT: String(port),
      TLS_CERT_FILE: certificate.cert,
      TLS_KEY_FILE: certificate.key,
      // Everything turned on.
      AUTHORIZATION_MODE: 'Use',
      WARN_MISSING: 'Secret,ConfigMap,ServiceAccount,PersistentVolumeClaim,PriorityClass',
      ...options.environment?.webhook,
    });
  const startSyncer = async (environment: Record<string, string> = {}) => {
    const syncer = await Process.start('syncer', {
      ...asSyncer,
      HOME: directory, // no kubeconfig there
      POD_NAMESPACE: 'default',
      POD_NAME: 'bench',
      ...options.environment?.syncer,
      ...environment,
    });
    system.syncer = syncer;
    return syncer;
  };
  const system: System = {
    client,
    controlPlane,
    audit: new AuditLog(controlPlane.auditLog),
    webhook: await newWebhook(),
    webhookUrl: `https://127.0.0.1:${port}`,
    webhookCertificate: certificate,
    syncer: undefined,
    apiServerPort: Number(new URL(controlPlane.server).port),
    startSyncer,
    restartWebhook: async () => {
      await system.webhook.stop();
      system.webhook = await newWebhook();
      return system.webhook;
    },
    stopSyncer: async () => {
      await system.syncer?.stop();
      system.syncer = undefined;
    },
    createNamespace: async (name, labels = {}) => {
      await client.create(namespaces, undefined, { metadata: { name, labels } });
    },
    stop: async () => {
      await Promise.all([system.webhook.stop(), system.syncer?.stop()]);
      await client.close();
      await controlPlane.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  const syncer = await startSyncer();
  await Promise.all([system.webhook.ready(), syncer.ready()]);
  await registerWebhook(client, system.webhookUrl, await readFile(certificate.ca));
  return system;
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

/**
 * The environment of a process in a Pod: an address, and a folder with the token of a ServiceAccount that may do
 * everything.
 */
async function asServiceAccount(
  client: KubeClient,
  { directory, server }: ControlPlane,
  name: string,
): Promise<Record<string, string>> {
  const namespace = 'default';
  await client.create(serviceAccounts, namespace, { metadata: { name } });
  await client.create(clusterRoleBindings, undefined, {
    metadata: { name: `bench-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  } as KubeObject);
  const tokens: Resource = { ...serviceAccounts, plural: `serviceaccounts/${name}/token`, kind: 'TokenRequest' };
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const { status } = await client.create<KubeObject & { status?: { token: string } }>(tokens, namespace, request);
  const folder = join(directory, 'service-accounts', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'token'), status?.token ?? '', { mode: 0o600 });
  await copyFile(join(directory, 'pki', 'ca.crt'), join(folder, 'ca.crt'));
  const { hostname, port } = new URL(server);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_DIRECTORY: folder };
}

/** The chart's own rules, only for the namespaces with {@link admissionLabel}. */
async function registerWebhook(client: KubeClient, url: string, ca: Buffer): Promise<void> {
  const { items } = (await webhookConfigurations({ url, caBundle: ca.toString('base64') })) as {
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
