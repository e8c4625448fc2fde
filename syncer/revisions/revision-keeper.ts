import type { Logger } from 'pino';
import type { JobRun } from '../../api/job-run.ts';
import { CONTROLLER_REVISIONS } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import {
  controllerRevisionName,
  identityOfRevision,
  ownerUid,
  revisionNamespace,
} from '../../core/template/controller-revision.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { removableRevisions, type Removal, type RevisionHistory } from '../../core/template/revision-history.ts';
import type { TemplateOutline } from '../../core/template/outline.ts';
import { templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import type { TemplateVersion } from '../../core/template/template-version.ts';
import { isConflict, isNotFound, KubeTimeoutError } from '../../kube/client/api-error.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import type { WorkQueueMetrics } from '../../kube/metrics/work-queue-metrics.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { RevisionStore } from '../../revisions/revision-store.ts';
import { sleep } from '../../kube/controller/sleep.ts';
import type { Clock } from '../clock.ts';
import type { Outage } from '../controller/outage.ts';
import { NoTurnError } from '../run/write-turns.ts';
import { guarded, type WriteGuard } from '../write-guard.ts';
import { isRevisionInUse } from './revision-use.ts';
import { BY_TEMPLATE } from './template-index.ts';

/** Few, so that a start with thousands of templates does not delay runs. */
const WORKERS = 2;
/** After each write, for the same reason. */
const PAUSE_MS = 40;
/** Other writes of the namespace go first. */
const NO_TURN_MS = 1_000;
/** The cache may not have a run yet that was admitted a moment ago. */
const GRACE_MS = 300_000;

export interface RevisionKeeperOptions {
  client: Pick<KubeClient, 'get' | 'list'>;
  /** Deletes, in turns of the namespaces. */
  writer: Pick<KubeClient, 'delete'>;
  store: Pick<RevisionStore, 'keep'>;
  guard: WriteGuard;
  /** The outline of the current template in the cache. */
  outline: (key: TemplateKey) => TemplateOutline | undefined;
  /** The current template, from the API server if it is not stored compiled. */
  current: (key: TemplateKey) => Promise<TemplateVersion | undefined>;
  /** Both indexed by {@link BY_TEMPLATE}. */
  revisions: ObjectCache<ControllerRevision>;
  runs: ObjectCache<JobRun>;
  clusterNamespace: string;
  /** How many revisions of a template are stored besides those in use. */
  limit: number;
  graceMs?: number | undefined;
  clock: Pick<Clock, 'now'>;
  outage: Pick<Outage, 'failed'>;
  metrics?: WorkQueueMetrics;
  logger: Logger;
}

/** Stores the current revision of every template, and removes old ones that no run uses. */
export class RevisionKeeper {
  readonly #options: RevisionKeeperOptions;
  readonly #queue: WorkQueue;
  readonly #keys = new Map<string, TemplateKey>();

  constructor(options: RevisionKeeperOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: WORKERS,
      groupOf: (id) => this.#keys.get(id)?.namespace ?? '',
      work: (id) => this.#work(id),
      onError: (err, template, delayMs) => {
        options.logger.warn(
          { err, template, delayMs: Math.round(delayMs) },
          'could not store or remove revisions; trying again',
        );
      },
      metrics: options.metrics,
    });
  }

  /** A template or one of its revisions was added, changed or deleted. */
  check(key: TemplateKey): void {
    const id = templateKeyString(key);
    this.#keys.set(id, key);
    this.#queue.add(id);
  }

  /** A run of this template finished. Its revision can be removed if there are more than the limit. */
  release(key: TemplateKey): void {
    const { revisions, limit } = this.#options;
    if (revisions.byIndex(BY_TEMPLATE, templateKeyString(key)).length > limit + 1) this.check(key);
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
    const outline = key && this.#options.outline(key);
    if (!outline) {
      this.#keys.delete(id);
      return undefined;
    }
    try {
      const present = this.#storedRevision(id, outline) ?? (await this.#store(key));
      return present === undefined ? undefined : await this.#trim(key, present);
    } catch (error) {
      if (error instanceof LeadershipLostError) return 'retry';
      if (error instanceof NoTurnError) return { afterMs: NO_TURN_MS };
      // How long a write takes is up to the namespace.
      if (error instanceof KubeTimeoutError) return 'retry';
      return this.#options.outage.failed(error, { template: id });
    }
  }

  /** The name of the revision of this generation of the template, if the cache has it. */
  #storedRevision(id: string, { metadata: { uid, generation } }: TemplateOutline): string | undefined {
    const revisions = this.#options.revisions.byIndex(BY_TEMPLATE, id);
    return revisions.find((stored) => ownerUid(stored) === uid && stored.revision === generation)?.metadata?.name;
  }

  /** Stores the current revision. Returns its name, or `undefined` if the template was deleted. */
  async #store(key: TemplateKey): Promise<string | undefined> {
    const { current, store, guard } = this.#options;
    const template = await current(key);
    if (template === undefined) return undefined;
    await store.keep(template, guarded(guard));
    await sleep(PAUSE_MS, guard.lost);
    return controllerRevisionName(key, template.compiled.revision);
  }

  /**
   * The caches only show whether there may be something to delete. What was written a moment ago, also by this process,
   * may be missing in them. So before a deletion, the current revision is read, and the API server is asked for runs.
   */
  async #trim(key: TemplateKey, presentName: string): Promise<WorkResult> {
    const known = this.#history(key, presentName);
    const first = removableRevisions(known);
    if (first.remove.length === 0) return again(first);
    const present = await this.#read(key, known.present);
    // It was deleted. The watch reports this, and the template is checked again.
    if (present === undefined) return undefined;
    const others = known.revisions.filter(({ metadata }) => metadata?.name !== known.present);
    const removal = removableRevisions({ ...known, revisions: [present, ...others] });
    for (const stored of removal.remove) {
      const revision = identityOfRevision(stored)?.revision;
      if (revision === undefined || (await isRevisionInUse(this.#options.client, key, revision))) continue;
      await this.#remove(stored);
    }
    return again(removal);
  }

  #history(key: TemplateKey, present: string): RevisionHistory {
    const { revisions, runs, limit, graceMs = GRACE_MS } = this.#options;
    const id = templateKeyString(key);
    const inUse = runs
      .byIndex(BY_TEMPLATE, id)
      .filter((run) => !isFinished(run) && run.spec.templateRevision !== undefined)
      .map((run) => controllerRevisionName(key, run.spec.templateRevision ?? ''));
    return {
      revisions: revisions.byIndex(BY_TEMPLATE, id),
      present,
      inUse: new Set(inUse),
      limit,
      graceMs,
      now: this.#options.clock.now(),
    };
  }

  async #read(key: TemplateKey, name: string): Promise<ControllerRevision | undefined> {
    const { client, clusterNamespace } = this.#options;
    const namespace = revisionNamespace(key, clusterNamespace);
    try {
      return await client.get<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, name });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Deletes exactly this version: a revision that was used in the meantime is not deleted. */
  async #remove({ metadata }: ControllerRevision): Promise<void> {
    const { writer, guard } = this.#options;
    const { namespace, name = '', uid, resourceVersion } = metadata ?? {};
    const options = guarded(guard);
    try {
      await writer.delete(
        CONTROLLER_REVISIONS,
        { namespace, name },
        { preconditions: { uid, resourceVersion }, ...options },
      );
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
}

function again({ againMs }: Removal): WorkResult {
  return againMs === undefined ? undefined : { afterMs: againMs };
}
