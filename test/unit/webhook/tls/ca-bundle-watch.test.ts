import { X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { CaBundleWatch } from '../../../../webhook/tls/ca-bundle-watch.ts';
import { selfSigned, type Pem } from '../certificates.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';

const CONFIGURATIONS = { validatingWebhookConfiguration: 'v', mutatingWebhookConfiguration: 'm' };

let pem: Pem;
let chain: X509Certificate[] | undefined;
let bundles: Record<string, string>;
let requests: string[];
let failure: Error | undefined;
let lines: LogLine[];
let watch: CaBundleWatch;

beforeAll(() => {
  pem = selfSigned('one');
});

beforeEach(() => {
  vi.useFakeTimers();
  chain = [new X509Certificate(pem.cert)];
  bundles = {};
  requests = [];
  failure = undefined;
  watch = start(CONFIGURATIONS);
});

afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

function start(config: typeof CONFIGURATIONS): CaBundleWatch {
  const log = collectedLog();
  lines = log.lines;
  const get = (_resource: unknown, { name }: { name: string }) => {
    requests.push(name);
    if (failure) return Promise.reject(failure);
    return Promise.resolve({ webhooks: [{ name: 'w', clientConfig: { caBundle: bundles[name] } }] });
  };
  const client = { get } as unknown as Pick<KubeClient, 'get'>;
  return new CaBundleWatch({ client, config, chain: () => chain, logger: log.logger });
}

const inject = (...names: string[]) => {
  for (const name of names) bundles[name] = pem.cert.toString('base64');
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const messages = (level: number) => lines.filter((line) => line['level'] === level).map(({ msg }) => msg);

it('has no problem without configurations', async () => {
  watch = start({ validatingWebhookConfiguration: '', mutatingWebhookConfiguration: '' });
  expect(watch.problem).toBeUndefined();
  watch.start();
  await pass(5000);
  expect(requests).toEqual([]);
});

it('waits until both configurations trust the certificate, and then stops checking', async () => {
  expect(watch.problem).toBe('not checked yet');
  watch.start();
  await pass(0);
  expect(watch.problem).toBe('ValidatingWebhookConfiguration v, w: caBundle is not injected yet');
  inject('v');
  await pass(500);
  expect(watch.problem).toBe('MutatingWebhookConfiguration m, w: caBundle is not injected yet');
  inject('m');
  await pass(500);
  expect(watch.problem).toBeUndefined();
  const { length } = requests;
  await pass(5000);
  expect(requests).toHaveLength(length);
});

it('logs each problem once', async () => {
  watch.start();
  await pass(5000);
  expect(messages(40)).toEqual(['not ready: ValidatingWebhookConfiguration v, w: caBundle is not injected yet']);
});

it('waits for the certificate first', async () => {
  chain = undefined;
  watch.start();
  await pass(0);
  expect(watch.problem).toBe('there is no certificate yet');
  expect(requests).toEqual([]);
});

it('checks again after a bug', async () => {
  failure = new TypeError('a bug');
  watch.start();
  await pass(0);
  expect(messages(50)).toEqual(['the webhook configurations cannot be checked']);
  failure = undefined;
  inject('v', 'm');
  await pass(500);
  expect(watch.problem).toBeUndefined();
});

it('does not check after it was stopped', async () => {
  watch.start();
  await pass(0);
  const { length } = requests;
  watch.stop();
  await pass(5000);
  expect(requests).toHaveLength(length);
});

it('does not check again if it was stopped during a check', async () => {
  watch.start();
  watch.stop();
  await pass(0);
  const { length } = requests;
  expect(length).toBeGreaterThan(0);
  await pass(5000);
  expect(requests).toHaveLength(length);
});
