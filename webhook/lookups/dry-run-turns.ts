import type { KubeClient } from '../../kube/client/client.ts';
import { ByteBudget } from '../byte-budget.ts';
import { dryRunJob, type DryRunOutcome } from './dry-run.ts';
import { isLarge, type JobToTry } from './job-to-try.ts';

/** For the Jobs of all large dry runs at once. A Job in flight takes several times the bytes of its JSON. */
const BYTES = 4 * 1024 * 1024;

/**
 * Sends dry runs. Those of large Jobs wait until the others leave enough bytes, and the namespaces take turns. A review
 * that waits holds no Job. One with an answer may still need it, and has to release it.
 */
export class DryRunTurns {
  readonly #client: Pick<KubeClient, 'create'>;
  readonly #budget: ByteBudget;

  constructor(client: Pick<KubeClient, 'create'>, bytes = BYTES) {
    this.#client = client;
    this.#budget = new ByteBudget(bytes);
  }

  /** @param signal ends the wait and the dry run; the outcome is then `unknown`. */
  async run(tried: JobToTry, signal: AbortSignal): Promise<DryRunOutcome> {
    if (!isLarge(tried)) return dryRunJob(this.#client, tried.job(), signal);
    const free = this.#budget.takeNow(tried.bytes) ?? (await this.#turn(tried, signal));
    if (free === undefined) return { kind: 'unknown', why: 'the dry runs of other large Jobs took too long' };
    try {
      return await dryRunJob(this.#client, tried.job(), signal);
    } finally {
      free();
    }
  }

  #turn(tried: JobToTry, signal: AbortSignal): ReturnType<ByteBudget['take']> {
    tried.release();
    return this.#budget.take(tried.bytes, signal, tried.namespace);
  }
}
