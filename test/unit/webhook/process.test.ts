import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { selfSigned, type Pem } from './certificates.ts';
import { jobRunReview } from './reviews.ts';

/**
 * The real process, as in its container, with an API server that is unreachable. The process must not fail because of
 * it.
 */
const MAIN = join(import.meta.dirname, '../../../webhook/main.ts');

let pem: Pem;
let directory: string;
let child: ChildProcess | undefined;
let output: string;

beforeAll(() => {
  pem = selfSigned('webhook');
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'job-template-run-process-'));
  output = '';
});

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  rmSync(directory, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function start(environment: Record<string, string>): ChildProcess {
  const kubeconfig = join(directory, 'kubeconfig');
  const cluster = { name: 'none', cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: 'none', context: { cluster: 'none', user: 'none' } };
  const config = {
    clusters: [cluster],
    contexts: [context],
    users: [{ name: 'none', user: {} }],
    'current-context': 'none',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const files = { TLS_CERT_FILE: join(directory, 'tls.crt'), TLS_KEY_FILE: join(directory, 'tls.key') };
  child = spawn(process.execPath, [MAIN], {
    env: { ...files, KUBECONFIG: kubeconfig, HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  return child;
}

function writePair(): void {
  writeFileSync(join(directory, 'tls.crt'), pem.cert);
  writeFileSync(join(directory, 'tls.key'), pem.key);
}

async function missing(healthPort: number): Promise<string[]> {
  const { body } = await request(`http://127.0.0.1:${healthPort}/readyz`);
  const answer = (await body.json()) as { missing: { what: string }[] };
  return answer.missing.map(({ what }) => what);
}

const WAIT = { timeout: 15_000, interval: 50 };

describe('the webhook process', () => {
  it('reports what is wrong with its environment, and exits with 2', async () => {
    const [code] = (await once(start({ PORT: 'https', LOG_LEVEL: 'loud' }), 'exit')) as [number];
    expect(code).toBe(2);
    expect(output).toBe(
      'environment variable PORT="https" must be integer\n' +
        'environment variable LOG_LEVEL="loud" must be equal to one of the allowed values: fatal, error, warn, info, debug, trace, silent\n',
    );
  }, 20_000);

  it('waits for its certificate without crashing, reports this, and then serves', async () => {
    const [port, healthPort] = [await freePort(), await freePort()];
    start({ PORT: String(port), HEALTH_PORT: String(healthPort) });
    await vi.waitFor(async () => {
      expect(await missing(healthPort)).toEqual(['certificate', 'listening', 'caches']);
    }, WAIT);
    writeFileSync(join(directory, 'tls.crt'), '');
    writePair();
    await vi.waitFor(async () => {
      expect(await missing(healthPort)).toEqual(['caches']);
    }, WAIT);
    expect(child?.exitCode).toBeNull();
  }, 30_000);

  it('exits on SIGTERM without failing a request that is in flight or still arrives', async () => {
    const [port, healthPort] = [await freePort(), await freePort()];
    writePair();
    const webhook = start({
      PORT: String(port),
      HEALTH_PORT: String(healthPort),
      DRAIN_SECONDS: '20',
      LOG_LEVEL: 'warn',
    });
    await vi.waitFor(async () => {
      expect(await missing(healthPort)).toEqual(['caches']);
    }, WAIT);
    const load = new Load(port, 20);
    await vi.waitFor(() => {
      expect(load.answered).toBeGreaterThan(200);
    }, WAIT);
    webhook.kill('SIGTERM');
    await vi.waitFor(async () => {
      expect(await missing(healthPort)).toContain('draining');
    }, WAIT);
    const before = load.answered;
    await vi.waitFor(() => {
      expect(load.answered).toBeGreaterThan(before + 100);
    }, WAIT);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.closing).toBeGreaterThan(0);
    const [code] = (await once(webhook, 'exit')) as [number];
    expect(code).toBe(0);
  }, 60_000);
});

/** Keeps `clients` kept-alive connections busy until it is stopped. */
class Load {
  answered = 0;
  /** Responses that close the connection. */
  closing = 0;
  readonly failures: string[] = [];
  readonly #agent: Agent;
  readonly #url: string;
  readonly #clients: Promise<void>[];
  #stopped = false;

  constructor(port: number, clients: number) {
    this.#url = `https://127.0.0.1:${port}/mutate?timeout=3s`;
    this.#agent = new Agent({ connections: clients, connect: { ca: pem.cert } });
    this.#clients = Array.from({ length: clients }, () => this.#client());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    await this.#agent.close();
  }

  async #client(): Promise<void> {
    const body = JSON.stringify(jobRunReview());
    while (!this.#stopped) {
      try {
        const response = await request(this.#url, { method: 'POST', body, dispatcher: this.#agent });
        const text = await response.body.text();
        if (response.statusCode === 200 && text.includes('"allowed":true')) this.answered += 1;
        else this.failures.push(`${response.statusCode} ${text}`);
        if (response.headers['connection'] === 'close') this.closing += 1;
      } catch (error) {
        this.failures.push(String(error));
      }
      await delay(2);
    }
  }
}
