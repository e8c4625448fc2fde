import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { parseClientCa, parseKeyPair, type KeyPair } from './key-pair.ts';
import type { WebhookMetrics } from '../server/metrics.ts';

export interface CertificateReloaderOptions {
  certFile: string;
  keyFile: string;
  /** The authorities of client certificates; empty if clients need none. */
  clientCaFile?: string;
  /** Called with each new valid pair, including the first. */
  onPair: (pair: KeyPair) => void;
  logger: Logger;
  metrics: WebhookMetrics;
  /** How often the files are read even without a change event, in milliseconds. */
  pollMs?: number;
  /** The same while the files have a problem. */
  firstPollMs?: number;
}

/** One change of a mounted Secret causes several events. The files are read once, after the last. */
const SETTLE_MS = 100;

/**
 * Reads the certificate and key that the kubelet mounts, and reads them again when they change. It watches the directory,
 * because the kubelet updates a mounted Secret by replacing a symbolic link. It also polls, because a watch can miss
 * events. An invalid pair is never used: the pair in use does not change.
 */
export class CertificateReloader {
  readonly #options: CertificateReloaderOptions;
  readonly #logger: Logger;
  #pair: KeyPair | undefined;
  #problem: string | undefined = 'not read yet';
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #stopped = false;

  constructor(options: CertificateReloaderOptions) {
    this.#options = options;
    this.#logger = options.logger.child({ certFile: options.certFile });
  }

  /** The pair in use. */
  get pair(): KeyPair | undefined {
    return this.#pair;
  }

  /** What is wrong with the files now. An earlier pair can still be in use. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Reads once, then keeps watching. Does not wait for a valid pair. */
  async start(): Promise<void> {
    await this.reload();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
    await this.#reading;
  }

  /** Reads the files now. Never throws: an error is logged, counted and available as {@link problem}. */
  async reload(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      this.#watch();
      this.#schedule();
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { certFile, keyFile, clientCaFile = '', metrics } = this.#options;
    metrics.certificateReads.inc();
    try {
      const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
      const clientCa = clientCaFile === '' ? undefined : await readFile(clientCaFile);
      const files = { cert, key, clientCa };
      if (this.#pair === undefined || !haveSameContent(this.#pair, files)) {
        this.#use({ ...parseKeyPair(cert, key), ...(clientCa && { clientCa: parseClientCa(clientCa) }) });
      }
      this.#problem = undefined;
    } catch (error) {
      metrics.certificateReadErrors.inc();
      this.#report(error);
    }
  }

  #use(pair: KeyPair): void {
    this.#options.onPair(pair);
    this.#pair = pair;
    this.#options.metrics.certificateExpiry.set(pair.expiresAt / 1000);
    const facts = { notAfter: pair.chain[0].validTo, subjectAltName: pair.chain[0].subjectAltName };
    if (pair.expiresAt <= Date.now()) this.#logger.warn(facts, 'the serving certificate has expired');
    else this.#logger.info(facts, 'serving with a new certificate');
  }

  /** Logs each problem once, however often the files are read. */
  #report(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    const then =
      this.#pair === undefined ? 'there is no certificate in use yet' : 'the previous certificate stays in use';
    this.#logger.error({ err: error }, `the certificate cannot be used: ${problem}; ${then}`);
  }

  #schedule(delayMs = this.#pollMs()): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.reload(), delayMs);
    this.#timer.unref();
  }

  #pollMs(): number {
    const { pollMs = 10_000, firstPollMs = 1000 } = this.#options;
    return this.#pair === undefined || this.#problem !== undefined ? firstPollMs : pollMs;
  }

  /** The directory may be missing or be removed. Until it exists, the files are polled. */
  #watch(): void {
    if (this.#stopped || this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(dirname(this.#options.certFile), { persistent: false }, () => {
        this.#schedule(SETTLE_MS);
      });
      this.#watcher.on('error', () => {
        this.#unwatch();
      });
    } catch (err) {
      this.#logger.debug({ err }, 'the directory of the certificate cannot be watched; polling it');
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

interface Files {
  cert: Buffer;
  key: Buffer;
  clientCa?: Buffer | undefined;
}

function haveSameContent(before: Files, after: Files): boolean {
  const sameCa = before.clientCa === undefined ? after.clientCa === undefined : after.clientCa?.equals(before.clientCa);
  return sameCa === true && before.cert.equals(after.cert) && before.key.equals(after.key);
}
