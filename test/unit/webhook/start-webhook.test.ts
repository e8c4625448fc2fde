import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../../webhook/config.ts';
import { startWebhook, type RunningWebhook } from '../../../webhook/start-webhook.ts';
import { selfSigned } from './certificates.ts';
import { collectedLog, type LogLine } from './collected-log.ts';

let directory: string;
let lines: LogLine[];
let webhook: RunningWebhook;

/** The webhook in this process, with an unreachable API server. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'job-template-run-start-'));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'none', server: 'https://127.0.0.1:1', skipTLSVerify: false },
    { name: 'none' },
  );
  const config = readConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', HEALTH_PORT: '0', DRAIN_SECONDS: '0' },
    ...{ TLS_CERT_FILE: join(directory, 'tls.crt'), TLS_KEY_FILE: join(directory, 'tls.key') },
    ...{ VALIDATING_WEBHOOK_CONFIGURATION: 'v', LOG_LEVEL: 'debug' },
  });
  const log = collectedLog();
  lines = log.lines;
  webhook = await startWebhook({ kubeConfig, config, logger: log.logger, certificatePollMs: 20 });
});

afterEach(async () => {
  await webhook.stop();
  rmSync(directory, { recursive: true });
});

const missing = () => webhook.missing().map(({ what }) => what);
const readyz = async () => (await fetch(`${webhook.healthUrl}/readyz`)).json();

it('starts with only its health port, and reports what is missing', async () => {
  expect(missing()).toEqual(['certificate', 'listening', 'caches', 'caBundle', 'paths']);
  expect(await readyz()).toEqual({ status: 'not ready', missing: webhook.missing() });
  expect(() => webhook.url).toThrow('the server does not listen');
});

it('listens as soon as it has a certificate', async () => {
  const { cert, key } = selfSigned('webhook');
  writeFileSync(join(directory, 'tls.crt'), cert);
  writeFileSync(join(directory, 'tls.key'), key);
  await vi.waitFor(() => {
    expect(missing()).toEqual(['caches', 'caBundle', 'paths']);
  });
  expect(webhook.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
});

it('stops once, after a drain, and closes its ports', async () => {
  const { healthUrl } = webhook;
  const stopped = webhook.stop();
  expect(webhook.stop()).toBe(stopped);
  expect(missing()).toContain('draining');
  await stopped;
  await expect(fetch(`${healthUrl}/healthz`)).rejects.toThrow();
  expect(lines.filter(({ msg }) => msg === 'stopped')).toHaveLength(1);
});
