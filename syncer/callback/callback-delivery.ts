import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { CallbackStatus } from '../../api/callback.ts';
import type { JobRun } from '../../api/job-run.ts';
import { REASON_CALLBACK_FAILED } from '../../api/names.ts';
import { isCallbackPending, untilAttempt } from '../../core/callback/attempt.ts';
import { receiverOf } from '../../core/callback/receiver.ts';
import { mergePatch } from '../../core/status/merge-patch.ts';
import { isConflict, KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { EventRecorder } from '../../kube/controller/event-recorder.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import type { Timers } from '../../kube/controller/timers.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { WorkQueueMetrics } from '../../kube/metrics/work-queue-metrics.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import type { Outage } from '../controller/outage.ts';
import type { Cluster } from '../run/cluster.ts';
import { NoTurnError } from '../run/write-turns.ts';
import type { CallbackMetrics } from './callback-metrics.ts';
import { deliver } from './deliver.ts';
import type { DeliverContext } from './deliver.ts';
import { HostSlots } from './host-slots.ts';

export interface CallbackDeliveryOptions extends DeliverContext {
  /** Has outlines of runs. */
  runs: Pick<ObjectCache<JobRun>, 'get' | 'list' | 'put'>;
  cluster: Pick<Cluster, 'getRun' | 'patchStatus'>;
  events: Pick<EventRecorder, 'record'>;
  /** The cache has a newer version of this run. The watch does not report it again. */
  onStored: (run: JobRun) => void;
  outage: Pick<Outage, 'failed'>;
  metrics?: CallbackMetrics | undefined;
  queueMetrics?: WorkQueueMetrics | undefined;
  /** For tests. */
  timers?: Timers | undefined;
  logger: Logger;
}

/** How many callbacks are sent at once: in all, of one namespace, and to one host. */
const MOST_ACTIVE = 32;
const MOST_OF_NAMESPACE = 8;
const MOST_OF_HOST = 4;
/** How often a status is written again that somebody else has changed in the meantime. */
const MOST_CONFLICTS = 5;
/** Attempts that were made and could not be noted: the API server is down. More of them are repeated. */
const MOST_UNWRITTEN = 10_000;
/** Other writes of the namespace, which is slow, go first. */
const NO_TURN_MS = 5_000;
/** When work stops, how long attempts in flight still have. */
const GRACE_MS = 1_000;

/**
 * Sends the callbacks of finished runs, at least once, and notes each attempt in `status.callback`. Namespaces and hosts
 * that are slow delay no others. All state is in the runs: another leader continues where this one has stopped.
 */
export class CallbackDelivery {
  readonly #options: CallbackDeliveryOptions;
  readonly #queue: WorkQueue;
  readonly #slots = new HostSlots(MOST_OF_HOST);
  /** By uid: the result of an attempt, until it is stored. */
  readonly #unwritten = new LRUCache<string, CallbackStatus>({ max: MOST_UNWRITTEN });
  readonly #stopping = new AbortController();
  #started = false;

  constructor(options: CallbackDeliveryOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: MOST_OF_NAMESPACE,
      mostActive: MOST_ACTIVE,
      work: (key) => this.#work(key),
      onError: (err, run, delayMs) => {
        options.logger.error({ err, run, delayMs: Math.round(delayMs) }, 'callback failed, trying again');
      },
      metrics: options.queueMetrics,
      timers: options.timers,
    });
  }

  /** Starts with the callbacks that an earlier leader has not delivered. */
  start(): void {
    this.#started = true;
    for (const run of this.#options.runs.list()) if (isCallbackPending(run)) this.add(keyOf(run.metadata));
    this.#queue.start();
  }

  /** The run with this key has a callback that is not delivered. Before the start, nothing is remembered. */
  add(key: string): void {
    if (this.#started) this.#queue.add(key);
  }

  holdFor(ms: number): void {
    this.#queue.holdFor(ms);
  }

  /** Starts no more attempts, and soon aborts those in flight: a slow receiver does not delay the next leader. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => {
      this.#stopping.abort(new Error('the syncer stops'));
    }, GRACE_MS);
    await this.#queue.stop();
    clearTimeout(timer);
  }

  async #work(key: string): Promise<WorkResult> {
    try {
      return await this.#next(key);
    } catch (error) {
      // The next leader makes the attempt again.
      if (this.#stopping.signal.aborted || this.#options.guard.lost.aborted) return undefined;
      if (error instanceof LeadershipLostError) return 'retry';
      if (error instanceof NoTurnError) return { afterMs: NO_TURN_MS };
      // How long a status write takes says nothing about the API server.
      if (error instanceof KubeTimeoutError) return 'retry';
      return this.#options.outage.failed(error, { callback: key });
    } finally {
      const next = this.#slots.free(key);
      if (next !== undefined) this.#queue.add(next);
    }
  }

  async #next(key: string): Promise<WorkResult> {
    const slash = key.indexOf('/');
    const outline = this.#options.runs.get(key.slice(0, slash), key.slice(slash + 1));
    if (!outline || !isCallbackPending(outline)) return undefined;
    const afterMs = this.#untilAttempt(outline);
    if (afterMs > 0) return { afterMs };
    return this.#slots.take(hostOf(outline), key) ? this.#attempt(outline) : undefined;
  }

  async #attempt(outline: JobRun): Promise<WorkResult> {
    const { uid = '' } = outline.metadata;
    const run = await this.#read(outline);
    if (!run) return undefined;
    const afterMs = this.#untilAttempt(run);
    if (afterMs > 0) return { afterMs };
    const made = this.#made(run) ?? (await deliver(this.#options, run, this.#stopping.signal));
    this.#unwritten.set(uid, made);
    const stored = await this.#write(run, made);
    this.#unwritten.delete(uid);
    if (stored) this.#report(stored, made);
    return made.state === 'Pending' ? { afterMs: untilAttempt(made, this.#options.clock.now()) } : undefined;
  }

  /** An attempt that was made, and is not stored. */
  #made({ metadata, status }: JobRun): CallbackStatus | undefined {
    const made = this.#unwritten.get(metadata.uid ?? '');
    return made && made.attempts > (status?.callback?.attempts ?? 0) ? made : undefined;
  }

  /** The whole run, if its callback is still pending. */
  async #read({ metadata }: JobRun): Promise<JobRun | undefined> {
    const run = await this.#options.cluster.getRun(metadata.namespace ?? '', metadata.name ?? '');
    if (!run || run.metadata.uid !== metadata.uid) return undefined;
    this.#put(run);
    return isCallbackPending(run) ? run : undefined;
  }

  #put(run: JobRun): void {
    this.#options.runs.put(run);
    this.#options.onStored(run);
  }

  /** @returns the run with the new status, unless it was deleted or somebody else has settled its callback */
  async #write(first: JobRun, callback: CallbackStatus): Promise<JobRun | undefined> {
    const { cluster } = this.#options;
    let run: JobRun | undefined = first;
    for (let conflicts = 0; run; conflicts += 1) {
      try {
        const patch = mergePatch(run.status?.callback ?? {}, callback) ?? {};
        const stored = await cluster.patchStatus(run, { callback: patch });
        if (stored) this.#put(stored);
        return stored;
      } catch (error) {
        if (!isConflict(error) || conflicts >= MOST_CONFLICTS) throw error;
        run = await this.#read(run);
      }
    }
    return undefined;
  }

  #report(run: JobRun, { state, attempts, lastError = '' }: CallbackStatus): void {
    const { events, metrics } = this.#options;
    if (state === 'Pending') return;
    metrics?.settled(state);
    if (state === 'Delivered') return;
    const note = `The callback was given up after ${attempts} attempts: ${lastError}`;
    events.record(run, { type: 'Warning', reason: REASON_CALLBACK_FAILED, action: 'SendCallback', note });
  }

  #untilAttempt({ status }: JobRun): number {
    return untilAttempt(status?.callback ?? {}, this.#options.clock.now());
  }
}

function hostOf(run: JobRun): string {
  return URL.parse(receiverOf(run)?.url ?? '')?.hostname ?? '';
}
