import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { parseKeyPair, type KeyPair } from './key-pair.ts';
import type { WebhookMetrics } from '../server/metrics.ts';

export interface CertificateReloaderOptions {
  certFile: string;
  keyFile: string;
  /** Called with each new pair that passed its checks, the first one included. */
  onPair: (pair: KeyPair) => void;
  logger: Logger;
  metrics: WebhookMetrics;
  /** How often the files are read even when no change was told, in milliseconds. */
  pollMs?: number;
  /** The same while there is no pair at all. */
  firstPollMs?: number;
}

/** A mounted Secret is changed by a few events at once; one read after the last of them is enough. */
const SETTLE_MS = 100;

/**
 * Reads the certificate and key that the kubelet mounts, and again whenever they change. It watches the directory, as a
 * mounted Secret is replaced by swapping a symbolic link, and polls, as a watch can go silent. A pair that is not whole
 * is never handed on: the pair in use stays.
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

  /** What is wrong with the files as they are now; a pair may be in use all the same. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Reads once and goes on watching; does not wait for a usable pair. */
  async start(): Promise<void> {
    await this.reload();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watcher?.close();
    clearTimeout(this.#timer);
    await this.#reading;
  }

  /** Reads the files now. Never throws: a fault is logged, counted and kept in {@link problem}. */
  async reload(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
      this.#watch();
      this.#schedule();
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { certFile, keyFile, metrics } = this.#options;
    metrics.certificateReads.inc();
    try {
      const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
      if (this.#pair === undefined || !cert.equals(this.#pair.cert) || !key.equals(this.#pair.key)) {
        this.#use(parseKeyPair(cert, key));
      }
      this.#problem = undefined;
    } catch (error) {
      metrics.certificateReadErrors.inc();
      this.#complain(error);
    }
  }

  #use(pair: KeyPair): void {
    this.#options.onPair(pair);
    this.#pair = pair;
    this.#options.metrics.certificateExpiry.set(pair.expiresAt / 1000);
    const facts = { notAfter: pair.chain[0].validTo, subjectAltName: pair.chain[0].subjectAltName };
    if (pair.expiresAt <= Date.now()) this.#logger.warn(facts, 'the serving certificate has expired; is it renewed?');
    else this.#logger.info(facts, 'serving with a new certificate');
  }

  /** The same fault is told once, however often the files are read. */
  #complain(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    const then = this.#pair === undefined ? 'there is none to serve with yet' : 'still serving with the one before';
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

  /** The directory may not be there yet, or go away: then the poll is what remains, and tries this again. */
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
