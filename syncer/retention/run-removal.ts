import type { Logger } from 'pino';
import type { JobRun } from '../../api/job-run.ts';
import { REASON_REMOVED } from '../../api/names.ts';
import { nextRemoval } from '../../core/retention/next-removal.ts';
import type { NextRemoval, RemovalReason } from '../../core/retention/next-removal.ts';
import { removableRun } from '../../core/retention/removable-run.ts';
import { retentionOf } from '../../core/retention/retention-policy.ts';
import type { RetentionPolicy } from '../../core/retention/retention-policy.ts';
import type { TemplateOutline } from '../../core/template/outline.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import { isConflict, isNotFound, KubeApiError, KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { EventRecorder } from '../../kube/controller/event-recorder.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import type { Timers } from '../../kube/controller/timers.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { WorkQueueMetrics } from '../../kube/metrics/work-queue-metrics.ts';
import { SparseReports } from '../../kube/process/sparse-reports.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import type { Clock } from '../clock.ts';
import type { Outage } from '../controller/outage.ts';
import type { Cluster } from '../run/cluster.ts';
import { NoTurnError } from '../run/write-turns.ts';
import type { RetentionMetrics } from './retention-metrics.ts';
import { RunGroups } from './run-groups.ts';
import type { RunGroup } from './run-groups.ts';

export interface RunRemovalOptions {
  /** Has outlines of runs, indexed by their templates. */
  runs: Pick<ObjectCache<JobRun>, 'get' | 'byIndex' | 'list'>;
  /** The outline of the current template in the cache. */
  outline: (key: TemplateKey) => TemplateOutline | undefined;
  isInShard: (namespace: string | undefined) => boolean;
  /** For runs whose template has no `runs.retention`. */
  defaults: RetentionPolicy;
  cluster: Pick<Cluster, 'deleteRun' | 'getTemplate'>;
  events: Pick<EventRecorder, 'record'>;
  outage: Pick<Outage, 'failed'>;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  metrics?: RetentionMetrics | undefined;
  queueMetrics?: WorkQueueMetrics | undefined;
  /** For tests. */
  timers?: Timers | undefined;
  logger: Logger;
}

/** At most ten removals a second: runs that finish now are more urgent. */
const PAUSE_MS = 100;
/** How many runs are removed at once, each of another namespace: an admission webhook of a namespace can hang. */
const MOST_ACTIVE = 4;
/** Other writes of the namespace go first. */
const NO_TURN_MS = 1_000;
/** The system clock may be set meanwhile. */
const LONGEST_WAIT_MS = 3_600_000;
/** How long a run is left alone whose deletion was refused. */
const REFUSED_MS = 3_600_000;

/**
 * Removes the finished runs that the retention of their template does not retain, oldest first. Nothing is remembered but
 * what the cache shows: another leader continues where this one has stopped.
 */
export class RunRemoval {
  readonly #options: RunRemovalOptions;
  readonly #queue: WorkQueue;
  readonly #groups: RunGroups;
  readonly #refusals: SparseReports;
  #started = false;
  /** No removal begins before this time on the monotonic clock. */
  #pausedUntilMs = -Infinity;

  constructor(options: RunRemovalOptions) {
    this.#options = options;
    const policy = (template: TemplateKey) => retentionOf(options.outline(template), options.defaults);
    this.#groups = new RunGroups({ runs: options.runs, isInShard: options.isInShard, policy });
    this.#refusals = new SparseReports(options.clock.monotonic);
    this.#queue = new WorkQueue({
      workers: 1,
      mostActive: MOST_ACTIVE,
      work: (id) => this.#work(id),
      onError: (err, group, delayMs) => {
        options.logger.warn({ err, group, delayMs: Math.round(delayMs) }, 'could not remove a JobRun; trying again');
      },
      metrics: options.queueMetrics,
      timers: options.timers,
    });
  }

  /** Starts with the runs that an earlier leader has not removed. */
  start(): void {
    this.#started = true;
    const templates = new Map<string, TemplateKey>();
    for (const run of this.#options.runs.list()) {
      const template = templateKeyOfRun(run);
      templates.set(templateKeyString(template), template);
    }
    for (const template of templates.values()) this.checkTemplate(template);
    this.#queue.start();
  }

  /** A finished run was added, changed or deleted. Before the start, nothing is remembered. */
  count(run: JobRun): void {
    const group = this.#started ? this.#groups.count(run) : undefined;
    if (group) this.#queue.add(group.id);
  }

  /** A template was added, changed or deleted. */
  checkTemplate(template: TemplateKey): void {
    if (!this.#started) return;
    for (const { id } of this.#groups.readTemplate(template)) this.#queue.add(id);
  }

  holdFor(ms: number): void {
    this.#queue.holdFor(ms);
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  async #work(id: string): Promise<WorkResult> {
    try {
      const group = this.#groups.get(id);
      return group && (await this.#next(group));
    } catch (error) {
      if (error instanceof LeadershipLostError) return 'retry';
      return this.#options.outage.failed(error, { removal: id });
    }
  }

  /** The cache shows whether there is something to remove. Before that, the template is read: a removal is final. */
  async #next(group: RunGroup): Promise<WorkResult> {
    const { cluster, defaults, outline } = this.#options;
    this.#tryRefusedAgain(group);
    const planned = this.#decide(group, retentionOf(outline(group.template), defaults));
    if (!planned || !('run' in planned)) return later(planned, group);
    const pauseMs = this.#pause();
    if (pauseMs > 0) return { afterMs: pauseMs };
    const template = await cluster.getTemplate(group.template);
    const next = this.#decide(group, retentionOf(template, defaults));
    if (!next || !('run' in next)) return later(next, group);
    const slash = next.run.key.indexOf('/');
    const run = this.#options.runs.get(next.run.key.slice(0, slash), next.run.key.slice(slash + 1));
    if (run && removableRun(run)) return this.#remove(group, run, next.reason);
    this.#groups.forget(group, next.run.key);
    return { afterMs: 0 };
  }

  /** Begins the pause before the next removal. Returns how long this one has to wait: then it does not begin. */
  #pause(): number {
    const now = this.#options.clock.monotonic();
    const leftMs = Math.ceil(this.#pausedUntilMs - now);
    if (leftMs > 0) return leftMs;
    this.#pausedUntilMs = now + PAUSE_MS;
    this.#queue.holdFor(PAUSE_MS);
    return 0;
  }

  #decide({ histories }: RunGroup, policy: RetentionPolicy): NextRemoval {
    return nextRemoval(histories, policy, this.#options.clock.now());
  }

  async #remove(group: RunGroup, run: JobRun, reason: RemovalReason): Promise<WorkResult> {
    try {
      await this.#options.cluster.deleteRun(run);
    } catch (error) {
      if (error instanceof NoTurnError) return { afterMs: NO_TURN_MS };
      // How long a deletion takes says nothing about the API server.
      if (error instanceof KubeTimeoutError) return 'retry';
      // It has changed: the watch reports how, and whether it is still to be removed.
      if (isConflict(error)) return 'retry';
      if (isRefusal(error)) return this.#refused(group, run, error);
      if (!isNotFound(error)) throw error;
      this.#groups.removed(group, run);
      return { afterMs: 0 };
    }
    this.#groups.removed(group, run);
    this.#report(group, run, reason);
    return { afterMs: 0 };
  }

  #report({ template }: RunGroup, run: JobRun, reason: RemovalReason): void {
    const { events, logger, metrics } = this.#options;
    metrics?.removed(reason);
    const of = templateKeyString(template);
    logger.info({ run: keyOf(run.metadata), uid: run.metadata.uid, template: of, reason }, 'removed a finished JobRun');
    events.record(run, { type: 'Normal', reason: REASON_REMOVED, action: 'RemoveRun', note: NOTES[reason] });
  }

  /**
   * Other runs of the group are tried, after a growing delay: the permission may be missing for all of them. Then the log has
   * one line an hour.
   */
  #refused(group: RunGroup, run: JobRun, err: KubeApiError): WorkResult {
    const key = keyOf(run.metadata);
    this.#groups.forget(group, key);
    group.refused.set(key, this.#options.clock.now() + REFUSED_MS);
    if (this.#refusals.isDue((err.status.message ?? '').replaceAll(/"[^"]*"/g, '""'))) {
      this.#options.logger.warn({ err, run: key }, 'the removal of a JobRun is refused; trying again in an hour');
    }
    return 'retry';
  }

  #tryRefusedAgain(group: RunGroup): void {
    const now = this.#options.clock.now();
    for (const [key, untilMs] of Array.from(group.refused)) {
      if (untilMs > now) continue;
      group.refused.delete(key);
      const slash = key.indexOf('/');
      const run = this.#options.runs.get(key.slice(0, slash), key.slice(slash + 1));
      if (run) this.#groups.count(run);
    }
  }
}

const NOTES: Readonly<Record<RemovalReason, string>> = {
  ttl: 'The run was removed: it finished longer ago than ttlSecondsAfterFinished of the retention of its template',
  'successful-limit': 'The run was removed: there are more than successfulRunsHistoryLimit runs that have succeeded',
  'failed-limit': 'The run was removed: there are more than failedRunsHistoryLimit runs that have not succeeded',
};

function later(next: { afterMs: number } | undefined, { refused }: RunGroup): WorkResult {
  const waits = [...(next ? [next.afterMs] : []), ...(refused.size > 0 ? [REFUSED_MS] : [])];
  return waits.length === 0 ? undefined : { afterMs: Math.min(...waits, LONGEST_WAIT_MS) };
}

/** A permission is missing, or admission refuses the deletion. Not a busy API server (429). */
function isRefusal(error: unknown): error is KubeApiError {
  return (
    error instanceof KubeApiError && error.code >= 400 && error.code < 500 && ![404, 409, 429].includes(error.code)
  );
}
