import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import type { KeyPair } from '../../../../webhook/tls/key-pair.ts';
import { CertificateReloader } from '../../../../webhook/tls/tls-reload.ts';
import { selfSigned, type Pem } from '../certificates.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';

const EMPTY = Buffer.from('');

let one: Pem;
let two: Pem;

beforeAll(() => {
  one = selfSigned('one');
  two = selfSigned('two');
});

let directory: string;
let lines: LogLine[];
let metrics: WebhookMetrics;
let pairs: string[];
let reloader: CertificateReloader;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'job-template-run-reload-'));
  const log = collectedLog();
  lines = log.lines;
  metrics = new WebhookMetrics();
  pairs = [];
  reloader = new CertificateReloader({
    certFile: join(directory, 'tls.crt'),
    keyFile: join(directory, 'tls.key'),
    onPair: (pair: KeyPair) => pairs.push(pair.chain[0].subject),
    logger: log.logger,
    metrics,
    pollMs: 60_000,
    firstPollMs: 20,
  });
});

afterEach(async () => {
  vi.useRealTimers();
  await reloader.stop();
  rmSync(directory, { recursive: true });
});

const write = ({ cert, key }: Pem): void => {
  writeFileSync(join(directory, 'tls.crt'), cert);
  writeFileSync(join(directory, 'tls.key'), key);
};
const errors = async (): Promise<number> => (await metrics.certificateReadErrors.get()).values[0]?.value ?? 0;

it('waits for files that do not exist yet', async () => {
  await reloader.start();
  expect(reloader.pair).toBeUndefined();
  expect(reloader.problem).toMatch('ENOENT');
  write(one);
  await vi.waitFor(() => {
    expect(pairs).toEqual(['CN=one']);
  });
  expect(reloader.problem).toBeUndefined();
});

it('loads a new pair without waiting for the next poll', async () => {
  write(one);
  await reloader.start();
  write(two);
  await vi.waitFor(() => {
    expect(pairs).toEqual(['CN=one', 'CN=two']);
  });
});

it("supports the kubelet's way of replacing a folder behind a symbolic link", async () => {
  for (const [version, pem] of Object.entries({ v1: one, v2: two })) {
    mkdirSync(join(directory, version));
    writeFileSync(join(directory, version, 'tls.crt'), pem.cert);
    writeFileSync(join(directory, version, 'tls.key'), pem.key);
  }
  symlinkSync('v1', join(directory, '..data'));
  symlinkSync('..data/tls.crt', join(directory, 'tls.crt'));
  symlinkSync('..data/tls.key', join(directory, 'tls.key'));
  await reloader.start();
  symlinkSync('v2', join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  await vi.waitFor(() => {
    expect(pairs).toEqual(['CN=one', 'CN=two']);
  });
});

it.each([
  ['an empty certificate', () => ({ cert: EMPTY, key: two.key })],
  ['an empty key', () => ({ cert: two.cert, key: EMPTY })],
  ['a pair that does not match', () => ({ cert: one.cert, key: two.key })],
])('keeps the pair in use if there is %s, counts it, and logs it once', async (_, files) => {
  write(one);
  await reloader.start();
  write(files());
  await reloader.reload();
  await reloader.reload();
  expect(pairs).toEqual(['CN=one']);
  expect(reloader.pair?.chain[0].subject).toBe('CN=one');
  expect(await errors()).toBeGreaterThanOrEqual(2);
  expect(lines.filter(({ msg }) => String(msg).includes('the previous certificate stays in use'))).toHaveLength(1);
  write(two);
  await vi.waitFor(() => {
    expect(pairs).toEqual(['CN=one', 'CN=two']);
  });
});

it('serves an expired certificate rather than none, and warns', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 365 * 24 * 3600 * 1000 });
  write(one);
  await reloader.start();
  expect(pairs).toEqual(['CN=one']);
  expect(lines.some(({ level, msg }) => level === 40 && String(msg).includes('has expired'))).toBe(true);
});

it('does not reload an unchanged pair', async () => {
  write(one);
  await reloader.start();
  write(one);
  await reloader.reload();
  expect(pairs).toEqual(['CN=one']);
});

it('loads the client CA with the pair and when it changes, and never serves without a valid one', async () => {
  write(one);
  const clientCaFile = join(directory, 'client-ca.crt');
  const clientCas: (Buffer | undefined)[] = [];
  await reloader.stop();
  reloader = new CertificateReloader({
    certFile: join(directory, 'tls.crt'),
    keyFile: join(directory, 'tls.key'),
    clientCaFile,
    onPair: ({ clientCa }) => clientCas.push(clientCa),
    logger: collectedLog().logger,
    metrics,
    pollMs: 60_000,
    firstPollMs: 60_000,
  });
  await reloader.start();
  expect(reloader.problem).toMatch('ENOENT');
  writeFileSync(clientCaFile, 'nonsense');
  await reloader.reload();
  expect(reloader.problem).toBe('the file of the client CA contains no PEM certificate');
  expect(reloader.pair).toBeUndefined();
  for (const { cert } of [one, one, two]) {
    writeFileSync(clientCaFile, cert);
    await reloader.reload();
  }
  expect(clientCas).toEqual([one.cert, two.cert]);
});
