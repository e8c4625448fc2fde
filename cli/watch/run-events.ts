import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { Selection } from '../../kube/client/request-options.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import { sleep } from '../../kube/controller/sleep.ts';
import { inBandError, needsRelist } from '../../kube/watch/watch-error.ts';
import { listedRuns } from './listed-runs.ts';

/** `listed` comes after all runs that existed at the beginning. */
export type RunEvent = { type: 'changed' | 'deleted'; run: JobRun } | { type: 'listed' };

export interface WatchedRuns {
  client: Pick<KubeClient, 'list' | 'watch'>;
  selection: Selection;
  signal: AbortSignal;
  /** Called when the connection is lost, and with `undefined` when it is back. */
  onTrouble?: (error: Error | undefined) => void;
  /** The first list is tried again, too. */
  isPatient?: boolean;
}

const BACKOFF = { baseMs: 200, maxMs: 5000 };
/** A connection that is lost once is made again without a word. */
const TROUBLE = 2;
/** The server closes a watch after this time, and sends a bookmark about once a minute. */
const WATCH = { timeoutSeconds: 300, inactivityMs: 90_000 };

/**
 * Yields each version of the runs that is seen, and their deletions, until the signal aborts, which throws its reason. A
 * lost connection is made again, and what was missed is found by listing.
 *
 * @throws KubeApiError if the API server refuses the first list, or permits it no longer.
 */
export async function* runEvents(watched: WatchedRuns): AsyncGenerator<RunEvent> {
  const feed = new RunFeed(watched);
  for (;;) {
    try {
      yield* feed.list();
      yield* feed.watch();
    } catch (error) {
      await feed.recoverFrom(error);
    }
    if (watched.signal.aborted) throw watched.signal.reason;
  }
}

class RunFeed {
  readonly #watched: WatchedRuns;
  /** By uid. */
  readonly #known = new Map<string, JobRun>();
  #isListed = false;
  #failures = 0;
  #resourceVersion = '';

  constructor(watched: WatchedRuns) {
    this.#watched = watched;
  }

  async *list(): AsyncGenerator<RunEvent> {
    const { client, selection, signal, onTrouble } = this.#watched;
    const { items, resourceVersion } = await listedRuns(client, selection, signal);
    if (this.#failures >= TROUBLE) onTrouble?.(undefined);
    this.#resourceVersion = resourceVersion;
    yield* this.#missed(items);
    if (!this.#isListed) yield { type: 'listed' };
    this.#isListed = true;
  }

  /** Until the server closes the watch after its time. */
  async *watch(): AsyncGenerator<RunEvent> {
    const { client, selection, signal } = this.#watched;
    const start = { ...selection, ...WATCH, resourceVersion: this.#resourceVersion };
    for await (const event of client.watch<JobRun>(JOB_RUNS, start, { signal })) {
      if (event.type === 'ERROR') throw inBandError(event.object, JOB_RUNS.plural);
      this.#failures = 0;
      if (event.type === 'DELETED') yield* this.#deletion(event.object);
      else if (event.type !== 'BOOKMARK') yield* this.#change(event.object);
    }
    this.#failures = 0;
  }

  /** Waits before the next attempt. @throws the error if another attempt has no better prospects */
  async recoverFrom(error: unknown): Promise<void> {
    const { signal, onTrouble, isPatient = false } = this.#watched;
    if (signal.aborted) throw signal.reason;
    if (!isPassing(error) || !(this.#isListed || isPatient)) throw error;
    this.#failures += 1;
    if (this.#failures === TROUBLE) onTrouble?.(error);
    await sleep(backoffMs(BACKOFF, this.#failures), signal);
  }

  *#missed(items: readonly JobRun[]): Generator<RunEvent> {
    const present = new Set(items.map(({ metadata }) => metadata.uid));
    for (const [uid, run] of Array.from(this.#known)) if (!present.has(uid)) yield* this.#deletion(run);
    for (const run of items) yield* this.#change(run);
  }

  *#change(run: JobRun): Generator<RunEvent> {
    const { uid = '', resourceVersion } = run.metadata;
    if (this.#known.get(uid)?.metadata.resourceVersion === resourceVersion) return;
    this.#known.set(uid, run);
    yield { type: 'changed', run };
  }

  *#deletion(run: JobRun): Generator<RunEvent> {
    this.#known.delete(run.metadata.uid ?? '');
    yield { type: 'deleted', run };
  }
}

/** What the API server or the network will not do for long. */
export function isPassing(error: unknown): error is Error {
  if (error instanceof KubeConnectionError || needsRelist(error)) return true;
  return error instanceof KubeApiError && (error.code >= 500 || error.code === 429);
}
