import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { verdictKey } from '../../core/refusal/verdict-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { DryRunOutcome } from './dry-run.ts';
import { DryRunTurns } from './dry-run-turns.ts';
import type { JobToTry } from './job-to-try.ts';

export interface DryRunVerdictsOptions {
  client: Pick<KubeClient, 'create'>;
  /** False: every Job counts as accepted, without a request. */
  enabled: boolean;
  /** How long an acceptance is reused for Jobs with the same key; 0: every Job needs its own dry run. */
  reuseSeconds: number;
  /** Milliseconds; for tests. */
  now?: () => number;
}

type Accepted = Extract<DryRunOutcome, { kind: 'accepted' }>;

const MAX_ACCEPTED = 1000;

/**
 * The API server's verdicts on Jobs, from dry runs. An acceptance is reused for a short time for Jobs that differ only in
 * what cannot change the verdict ({@link verdictKey}), so that a steady load causes almost no requests. Such Jobs share a
 * dry run when they arrive together. A refusal is never reused: once its cause is fixed, the next Job is accepted.
 */
export class DryRunVerdicts {
  readonly #options: DryRunVerdictsOptions;
  readonly #turns: DryRunTurns;
  readonly #accepted: LRUCache<string, Accepted>;
  readonly #running = new Map<string, Promise<DryRunOutcome>>();

  constructor(options: DryRunVerdictsOptions) {
    this.#options = options;
    this.#turns = new DryRunTurns(options.client);
    const { reuseSeconds, now = () => performance.now() } = options;
    this.#accepted = new LRUCache({ max: MAX_ACCEPTED, ttl: reuseSeconds * 1000, ttlResolution: 0, perf: { now } });
  }

  /** @param signal ends the wait of this caller; the outcome is then `unknown`. */
  async try(tried: JobToTry, signal: AbortSignal): Promise<DryRunOutcome> {
    const { enabled, reuseSeconds } = this.#options;
    if (!enabled) return { kind: 'accepted', warnings: [] };
    if (reuseSeconds === 0) return this.#turns.run(tried, signal);
    const key = keyOf(tried);
    const known = this.#accepted.get(key);
    if (known) return known;
    const running = this.#running.get(key);
    if (running === undefined) return this.#dryRun(key, tried, signal);
    tried.release();
    const shared = await running;
    return shared.kind === 'accepted' ? shared : this.#dryRun(key, tried, signal);
  }

  async #dryRun(key: string, tried: JobToTry, signal: AbortSignal): Promise<DryRunOutcome> {
    const running = this.#turns.run(tried, signal);
    this.#running.set(key, running);
    try {
      const outcome = await running;
      if (outcome.kind === 'accepted') this.#accepted.set(key, outcome);
      return outcome;
    } finally {
      if (this.#running.get(key) === running) this.#running.delete(key);
    }
  }
}

function keyOf(tried: JobToTry): string {
  return createHash('sha256').update(verdictKey(tried.job())).digest('base64');
}
