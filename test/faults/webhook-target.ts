import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { makeServingCertificate, type ServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import { findFreePorts } from '../../local-kubernetes/ports.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { imageEnvironment, imageFlags } from '../integration/image-flags.ts';
import type { SyncerEnvironment } from '../integration/syncer-environment.ts';
import { webhookConfigurations } from '../integration/webhook-configurations.ts';
import { runNamed } from './arena.ts';
import type { HostileReport } from './hostile-target.ts';

/** The heap that Node has in the chart's container: half of its memory limit. */
const HEAP_MIB = 256;

/** The webhook in its own process, called by the API server. */
export interface WebhookTarget {
  process: ChildProcess;
  url: string;
  /** Replaces the certificate in use with a new one of the same authority. */
  newCertificate: () => Promise<ServingCertificate>;
  /** What the process reports about itself; `reset` starts the measurement again. */
  report: (what?: 'report' | 'reset') => Promise<HostileReport>;
  stop: () => Promise<void>;
}

/** Resolves once the API server denies what the webhook denies. */
export async function startWebhookTarget(environment: SyncerEnvironment): Promise<WebhookTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'job-template-run-webhook-faults-'));
  const newCertificate = () => makeServingCertificate({ directory, hosts: ['127.0.0.1'] });
  const certificate = await newCertificate();
  const [port = 0] = await findFreePorts(1);
  const webhook = fork(join(import.meta.dirname, 'hostile-target.ts'), {
    execArgv: [...imageFlags(), `--max-old-space-size=${HEAP_MIB}`],
    env: {
      ...imageEnvironment(),
      PATH: process.env['PATH'],
      KUBECONFIG: environment.controlPlane.kubeconfig,
      HOST: '127.0.0.1',
      PORT: String(port),
      HEALTH_PORT: '0',
      TLS_CERT_FILE: certificate.cert,
      TLS_KEY_FILE: certificate.key,
    },
  });
  const [{ url }] = (await once(webhook, 'message')) as [{ url: string }];
  await register(environment, url, await readFile(certificate.ca, 'base64'));
  return {
    process: webhook,
    url,
    newCertificate,
    report: async (what = 'report') => {
      const answer = once(webhook, 'message');
      webhook.send(what);
      const [message] = (await answer) as [HostileReport];
      return message;
    },
    stop: async () => {
      webhook.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function register({ client }: SyncerEnvironment, url: string, ca: string): Promise<void> {
  const { items } = (await webhookConfigurations({ url, caBundle: ca })) as { items: KubeObject[] };
  for (const configuration of items) {
    const kind = configuration.kind ?? '';
    const resource = { group: 'admissionregistration.k8s.io', version: 'v1', plural: `${kind.toLowerCase()}s`, kind };
    await client.create(resource, undefined, configuration);
  }
  // The API server takes a moment to load the configurations.
  const namespace = 'default';
  await waitFor('admission', async () => {
    const run = { ...runNamed('refused'), spec: { templateRef: 'none' } };
    const outcome = await client.create(JOB_RUNS, namespace, run).then(
      () => 'stored',
      (error: unknown) => String(error),
    );
    if (outcome.includes('templateRef')) return true;
    if (outcome === 'stored') await client.delete(JOB_RUNS, { namespace, name: 'refused' });
    return undefined;
  });
}
