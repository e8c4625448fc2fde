import type { Logger } from 'pino';
import type { JobRun } from '../api/job-run.ts';
import { CONTROLLER_REVISIONS } from '../api/resources.ts';
import type { ControllerRevision } from '../api/wire.ts';
import {
  controllerRevisionName,
  identityOfRevision,
  ownerUid,
  revisionNamespace,
} from '../core/template/controller-revision.ts';
import { isFinished } from '../core/job/job-run-status.ts';
import { removableRevisions } from '../core/template/revision-history.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../core/template/template-key.ts';
import type { TemplateVersion } from '../core/template/template-version.ts';
import { isConflict, isNotFound } from '../kube/client/api-error.ts';
import type { ObjectCache } from '../kube/watch/cache.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { LeadershipLostError } from '../kube/controller/leader-election.ts';
import type { WorkQueueMetrics } from '../kube/metrics/client-metrics.ts';
import { WorkQueue } from '../kube/controller/work-queue.ts';
import type { WorkResult } from '../kube/controller/work-queue.ts';
import type { RevisionStore } from '../revisions/revision-store.ts';
import { sleep } from '../kube/controller/sleep.ts';
import { guarded } from './cluster.ts';
import type { WriteGuard } from './cluster.ts';
import type { Outage } from './outage.ts';

/** Few on purpose: a start with thousands of templates must not crowd out the runs. */
const WORKERS = 2;
/** After each write, for the same reason. */
const PAUSE_MS = 40;
/** A run that was admitted a moment ago may not be known here yet. */
const GRACE_MS = 300_000;
/** Index of runs and of revisions by their template. */
export const BY_TEMPLATE = 'template';

export interface RevisionKeeperOptions {
  client: Pick<KubeClient, 'delete'>;
  store: Pick<RevisionStore, 'keep'>;
  guard: WriteGuard;
  /** A template as it is, by {@link templateKeyString}. */
  present: (key: TemplateKey) => TemplateVersion | undefined;
  /** Both indexed by {@link BY_TEMPLATE}. */
  revisions: ObjectCache<ControllerRevision>;
  runs: ObjectCache<JobRun>;
  clusterNamespace: string;
  /** How many revisions of a template stay besides those in use. */
  limit: number;
  graceMs?: number | undefined;
  outage: Pick<Outage, 'failed'>;
  metrics?: WorkQueueMetrics;
  logger: Logger;
}

/** The index value of a run: that of its template. */
export const templateOfRun = (run: JobRun): string[] => [templateKeyString(templateKeyOfRun(run))];

/** The index value of a revision: that of its template; none when it is not one of ours. */
export function templateOfStored(stored: ControllerRevision): string[] {
  const identity = identityOfRevision(stored);
  return identity ? [templateKeyString(identity.key)] : [];
}

/** Keeps the present revision of every template, and removes old ones that nobody uses. */
export class RevisionKeeper {
  readonly #options: RevisionKeeperOptions;
  readonly #queue: WorkQueue;
  readonly #keys = new Map<string, TemplateKey>();

  constructor(options: RevisionKeeperOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: WORKERS,
      work: (id) => this.#work(id),
      onError: (err, template, delayMs) => {
        options.logger.warn({ err, template, delayMs: Math.round(delayMs) }, 'keeping revisions failed, trying again');
      },
      metrics: options.metrics,
    });
  }

  /** A template, or a revision of it, is new or changed. */
  look(key: TemplateKey): void {
    const id = templateKeyString(key);
    this.#keys.set(id, key);
    this.#queue.add(id);
  }

  /** A run of this template has ended: what it was pinned to may go, where there is more than stays anyway. */
  released(key: TemplateKey): void {
    const { revisions, limit } = this.#options;
    if (revisions.byIndex(BY_TEMPLATE, templateKeyString(key)).length > limit + 1) this.look(key);
  }

  start(): void {
    this.#queue.start();
  }

  holdFor(ms: number): void {
    this.#queue.holdFor(ms);
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  async #work(id: string): Promise<WorkResult> {
    const key = this.#keys.get(id);
    const template = key && this.#options.present(key);
    if (!template) {
      this.#keys.delete(id);
      return undefined;
    }
    try {
      await this.#keep(key, template);
      return await this.#trim(key, template);
    } catch (error) {
      if (error instanceof LeadershipLostError) return 'retry';
      return this.#options.outage.failed(error, { template: id });
    }
  }

  async #keep(key: TemplateKey, template: TemplateVersion): Promise<void> {
    const { revisions, clusterNamespace, store, guard } = this.#options;
    const name = controllerRevisionName(key, template.compiled.revision);
    const stored = revisions.get(revisionNamespace(key, clusterNamespace), name);
    const { uid, generation } = template;
    if (stored && ownerUid(stored) === uid && stored.revision >= generation) return;
    await store.keep(template, guarded(guard));
    await sleep(PAUSE_MS, guard.lost);
  }

  async #trim(key: TemplateKey, template: TemplateVersion): Promise<WorkResult> {
    const { revisions, runs, limit, graceMs = GRACE_MS } = this.#options;
    const id = templateKeyString(key);
    const inUse = runs
      .byIndex(BY_TEMPLATE, id)
      .filter((run) => !isFinished(run) && run.spec.templateRevision !== undefined)
      .map((run) => controllerRevisionName(key, run.spec.templateRevision ?? ''));
    const { remove, againMs } = removableRevisions({
      revisions: revisions.byIndex(BY_TEMPLATE, id),
      present: controllerRevisionName(key, template.compiled.revision),
      inUse: new Set(inUse),
      limit,
      graceMs,
      now: Date.now(),
    });
    for (const stored of remove) await this.#remove(stored);
    return againMs === undefined ? undefined : { afterMs: againMs };
  }

  /** Only as it was looked at: one that was used since stays. */
  async #remove({ metadata }: ControllerRevision): Promise<void> {
    const { client, guard } = this.#options;
    const { namespace, name = '', uid, resourceVersion } = metadata ?? {};
    const options = guarded(guard);
    try {
      await client.delete(
        CONTROLLER_REVISIONS,
        { namespace, name },
        { preconditions: { uid, resourceVersion }, ...options },
      );
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}
