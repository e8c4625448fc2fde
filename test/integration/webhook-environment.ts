import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { pino, type Logger } from 'pino';
import type { WebhookConfig } from '../../webhook/config.ts';
import { startWebhook, type RunningWebhook } from '../../webhook/start-webhook.ts';
import { makeServingCertificate, type ServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../../local-kubernetes/control-plane/control-plane.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { webhookConfigurations } from './webhook-configurations.ts';

/** The secret part of the paths at which the API server calls the webhook. */
export const PATH_TOKEN = 'the-token-of-the-integration-tests-0123456789';

const CRDS = join(import.meta.dirname, '../../charts/job-template-run/files/crds');

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A real API server that calls a webhook in this process. */
export interface WebhookEnvironment {
  controlPlane: ControlPlane;
  webhook: RunningWebhook;
  /** With all permissions. */
  kubeConfig: KubeConfig;
  /** What webhook and syncer use. */
  productKubeConfig: KubeConfig;
  certificate: ServingCertificate;
  /** One object per line that the webhook logged. */
  logLines: Record<string, unknown>[];
  /** The real kubectl; `input` goes to its standard input. */
  kubectl(args: string[], input?: unknown): Promise<KubectlResult>;
  stop(): Promise<void>;
}

/** Installs what the product needs before it starts. Returns the kubeconfig that the product uses. */
export type Prepare = (kubectl: WebhookEnvironment['kubectl'], kubeConfig: KubeConfig) => Promise<KubeConfig>;

/** By default, the product has all permissions. */
const withAllPermissions: Prepare = (_kubectl, kubeConfig) => Promise.resolve(kubeConfig);

/** Starts an API server with our CRDs and webhook configurations, and the webhook that they call. */
export async function startWebhookEnvironment(
  config: Partial<WebhookConfig> = {},
  options: Omit<ControlPlaneOptions, 'directory'> = { controllerManager: false },
  prepare = withAllPermissions,
): Promise<WebhookEnvironment> {
  const directory = await mkdtemp(join(tmpdir(), 'job-template-run-webhook-'));
  const controlPlane = await startControlPlane({ directory, ...options });
  const program = await ensureProgram('kubectl');
  const kubectl = (args: string[], input?: unknown): Promise<KubectlResult> =>
    runKubectl(program, ['--kubeconfig', controlPlane.kubeconfig, ...args], input);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane.kubeconfig);
  const certificate = await makeServingCertificate({ directory: join(directory, 'tls'), hosts: ['127.0.0.1'] });
  const logLines: Record<string, unknown>[] = [];
  const names = {
    validatingWebhookConfiguration: 'job-template-run',
    mutatingWebhookConfiguration: 'job-template-run',
  };
  const productKubeConfig = await prepare(kubectl, kubeConfig);
  const webhook = await startWebhook({
    kubeConfig: productKubeConfig,
    config: { ...testConfig(certificate), ...names, ...config },
    logger: collectingLogger(logLines),
    drainQuietMs: 50,
  });
  await install(kubectl, { url: await listeningUrl(webhook), ca: certificate.ca });
  await webhook.whenReady();
  return {
    controlPlane,
    webhook,
    kubeConfig,
    productKubeConfig,
    certificate,
    logLines,
    kubectl,
    stop: async () => {
      await webhook.stop();
      await controlPlane.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Loopback only, on free ports. */
export function testConfig({ cert, key }: Pick<ServingCertificate, 'cert' | 'key'>): WebhookConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    healthPort: 0,
    tlsCertFile: cert,
    tlsKeyFile: key,
    clientCaFile: '',
    validatingWebhookConfiguration: '',
    mutatingWebhookConfiguration: '',
    missingTemplate: 'Reject',
    callbackAllowedHosts: '',
    callbackAllowHttp: false,
    callbackSecrets: '',
    authorizationMode: 'Namespace',
    policies: false,
    podNamespace: 'default',
    dryRun: true,
    dryRunReuseSeconds: 10,
    warnMissing: [],
    logLevel: 'debug',
    drainSeconds: 5,
  };
}

export function collectingLogger(lines: Record<string, unknown>[]): Logger {
  return pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
}

async function listeningUrl(webhook: RunningWebhook): Promise<string> {
  while (webhook.missing().some(({ what }) => what === 'listening')) await new Promise((done) => setTimeout(done, 10));
  return webhook.url;
}

type Kubectl = WebhookEnvironment['kubectl'];

async function install(kubectl: Kubectl, { url, ca }: { url: string; ca: string }): Promise<void> {
  await succeed(kubectl(['apply', '--server-side', '-f', CRDS]));
  await succeed(kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']));
  const caBundle = await readFile(ca, 'base64');
  await succeed(kubectl(['create', '-f', '-'], await webhookConfigurations({ url, caBundle, pathToken: PATH_TOKEN })));
}

async function succeed(result: Promise<KubectlResult>): Promise<void> {
  const { code, stderr } = await result;
  if (code !== 0) throw new Error(`kubectl failed: ${stderr}`);
}

function runKubectl(program: string, args: string[], input: unknown): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
    child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
  });
}
