import { createHash } from 'node:crypto';
import type { Job } from '../../api/wire.ts';
import { verdictKey } from '../../core/job/verdict-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { dryRunJob, type DryRunOutcome } from './dry-run.ts';
import { Remembered } from './remembered.ts';

export interface DryRunVerdictsOptions {
  client: Pick<KubeClient, 'create'>;
  /** False: every Job counts as accepted, and nobody is asked. */
  enabled: boolean;
  /** How long one Job's acceptance holds for others of the same key; 0: each is asked about. */
  reuseSeconds: number;
  /** Milliseconds; for tests. */
  now?: () => number;
}

type Accepted = Extract<DryRunOutcome, { kind: 'accepted' }>;

const MOST = 1000;

/**
 * The API server's verdicts on Jobs that are not stored. An acceptance is reused for a short time for Jobs that differ in
 * nothing that could change it ({@link verdictKey}), so that steady load costs next to nothing; Jobs alike that come at
 * the same time share one question. A refusal is never reused: whoever mends its cause is not refused once more.
 */
export class DryRunVerdicts {
  readonly #options: DryRunVerdictsOptions;
  readonly #accepted: Remembered<Accepted>;
  readonly #asking = new Map<string, Promise<DryRunOutcome>>();

  constructor(options: DryRunVerdictsOptions) {
    this.#options = options;
    this.#accepted = new Remembered({ forMs: options.reuseSeconds * 1000, most: MOST, now: options.now });
  }

  /** @param signal ends this caller's waiting; the outcome is then `unknown`. */
  async try(job: Job, signal: AbortSignal): Promise<DryRunOutcome> {
    const { client, enabled, reuseSeconds } = this.#options;
    if (!enabled) return { kind: 'accepted', warnings: [] };
    if (reuseSeconds === 0) return dryRunJob(client, job, signal);
    const key = createHash('sha256').update(verdictKey(job)).digest('base64');
    const known = this.#accepted.get(key);
    if (known) return known;
    const shared = await this.#asking.get(key);
    if (shared?.kind === 'accepted') return shared;
    return this.#ask(key, job, signal);
  }

  async #ask(key: string, job: Job, signal: AbortSignal): Promise<DryRunOutcome> {
    const asking = dryRunJob(this.#options.client, job, signal);
    this.#asking.set(key, asking);
    try {
      const outcome = await asking;
      if (outcome.kind === 'accepted') this.#accepted.put(key, outcome);
      return outcome;
    } finally {
      if (this.#asking.get(key) === asking) this.#asking.delete(key);
    }
  }
}
