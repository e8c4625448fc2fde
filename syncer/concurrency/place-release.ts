import type { Logger } from 'pino';
import type { JobRun } from '../../api/job-run.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { hashOfGroup, namespaceOf } from '../../core/concurrency/group.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { LeadershipLostError } from '../../kube/controller/leader-election.ts';
import { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { WorkResult } from '../../kube/controller/work-queue.ts';
import type { WorkQueueMetrics } from '../../kube/metrics/work-queue-metrics.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Outage } from '../controller/outage.ts';
import { EndingHolders } from './ending-holders.ts';
import type { GroupLeases } from './group-leases.ts';
import type { HolderCheck, HolderState } from './holder-check.ts';
import type { Places } from './places.ts';

export interface PlaceReleaseOptions {
  places: Pick<Places, 'remember' | 'giveBack' | 'arrive'>;
  leases: Pick<GroupLeases, 'list'>;
  holders: Pick<HolderCheck, 'stateOf'>;
  /** Has outlines of runs. */
  runs: Pick<ObjectCache<JobRun>, 'get' | 'list'>;
  isInShard: (namespace: string | undefined) => boolean;
  outage: Pick<Outage, 'failed'>;
  queueMetrics?: WorkQueueMetrics | undefined;
  logger: Logger;
}

/** The key of the work that reads all groups. A group's id has a `/`. */
const ALL = 'all';
const WORKERS = 4;

/** Gives places back once their runs have ended. All state is stored: another leader continues where this one has stopped. */
export class PlaceRelease {
  readonly #options: PlaceReleaseOptions;
  readonly #queue: WorkQueue;
  readonly #ending = new EndingHolders();
  #started = false;

  constructor(options: PlaceReleaseOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({
      workers: WORKERS,
      work: (id) => this.#work(id),
      onError: (err, id, delayMs) => {
        const group = loggedName(id);
        options.logger.warn({ err, group, delayMs: Math.round(delayMs) }, 'could not check a group; trying again');
      },
      metrics: options.queueMetrics,
    });
  }

  /** Reads who has a place, and puts the runs that wait into their lines. If that fails, it is tried again later. */
  async start(): Promise<void> {
    this.#started = true;
    try {
      await this.#readAll();
    } catch (err) {
      this.#options.logger.warn({ err }, 'could not read the groups; trying again');
      this.#queue.add(ALL);
    }
    for (const run of this.#options.runs.list()) {
      if (!isFinished(run) && this.#options.isInShard(run.metadata.namespace)) this.#options.places.arrive(run);
    }
    this.#queue.start();
  }

  /** Checks which runs of a group still need their places. */
  check(id: string): void {
    this.#queue.add(id);
  }

  /** A run, or its Job, was added or changed. */
  touched(key: string): void {
    if (!this.#started) return;
    for (const group of this.#ending.groupsOf(key)) this.#queue.add(group);
    const slash = key.indexOf('/');
    const run = this.#options.runs.get(key.slice(0, slash), key.slice(slash + 1));
    if (run) this.#options.places.arrive(run);
  }

  holdFor(ms: number): void {
    this.#queue.holdFor(ms);
  }

  async stop(): Promise<void> {
    await this.#queue.stop();
  }

  async #readAll(): Promise<void> {
    for await (const stored of this.#options.leases.list()) {
      if (!this.#options.isInShard(namespaceOf(stored.group))) continue;
      this.#options.places.remember(stored);
      this.#queue.add(stored.group.id);
    }
  }

  async #work(id: string): Promise<WorkResult> {
    try {
      if (id !== ALL) return await this.#release(id);
      await this.#readAll();
      return undefined;
    } catch (error) {
      if (error instanceof LeadershipLostError) return 'retry';
      return this.#options.outage.failed(error, { group: loggedName(id) });
    }
  }

  /** Events of Jobs continue with a run whose Pods still run. Nothing reports the Pods of a deleted Job. */
  async #release(id: string): Promise<WorkResult> {
    const namespace = namespaceOf({ id });
    let ending: HolderEntry[] = [];
    await this.#options.places.giveBack(id, async (holders) => {
      const states = new Map<HolderEntry, HolderState>();
      for (const holder of holders) states.set(holder, await this.#options.holders.stateOf(namespace, holder));
      ending = holders.filter((holder) => states.get(holder) === 'ending');
      return new Set(holders.filter((holder) => states.get(holder) === 'ended').map(({ uid }) => uid));
    });
    this.#ending.set(
      id,
      ending.map(({ name }) => `${namespace}/${name}`),
    );
    return ending.length > 0 ? 'retry' : undefined;
  }
}

/** The id of a group has values of parameters. */
function loggedName(id: string): string {
  return id === ALL ? ALL : hashOfGroup(id);
}
