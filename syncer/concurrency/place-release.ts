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
import type { Clock } from '../clock.ts';
import type { Outage } from '../controller/outage.ts';
import { EndingHolders } from './ending-holders.ts';
import type { GroupLeases } from './group-leases.ts';
import type { HolderCheck, HolderState } from './holder-check.ts';
import type { Places } from './places.ts';

export interface PlaceReleaseOptions {
  places: Pick<Places, 'remember' | 'giveBack' | 'arrive' | 'expect'>;
  leases: Pick<GroupLeases, 'list'>;
  holders: Pick<HolderCheck, 'stateOf'>;
  /** Has outlines of runs. */
  runs: Pick<ObjectCache<JobRun>, 'get' | 'list'>;
  isInShard: (namespace: string | undefined) => boolean;
  outage: Pick<Outage, 'failed'>;
  clock: Pick<Clock, 'monotonic'>;
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
  readonly #ending: EndingHolders;
  #started = false;

  constructor(options: PlaceReleaseOptions) {
    this.#options = options;
    this.#ending = new EndingHolders(options.clock);
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
      if (!isFinished(run) && this.#options.isInShard(run.metadata.namespace)) this.#options.places.expect(run);
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
    this.jobTouched(key);
    const slash = key.indexOf('/');
    const run = this.#options.runs.get(key.slice(0, slash), key.slice(slash + 1));
    if (run) this.#options.places.arrive(run);
  }

  /** A Job that has lost its run was changed or deleted. */
  jobTouched(key: string): void {
    for (const group of this.#ending.touched(key)) {
      const afterMs = this.#ending.nextMs(group) ?? 0;
      if (afterMs > 0) this.#queue.addAfter(group, afterMs);
      else this.#queue.add(group);
    }
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

  /** An error concerns one run: the places of the others are given back all the same. */
  async #release(id: string): Promise<WorkResult> {
    const errors: unknown[] = [];
    await this.#options.places.giveBack(id, async (holders) => {
      const ended = new Set<string>();
      for (const holder of holders) {
        try {
          if ((await this.#check(id, holder)) === 'ended') ended.add(holder.uid);
        } catch (error) {
          errors.push(error);
        }
      }
      this.#ending.retain(id, new Set(holders.map(({ uid }) => uid).filter((uid) => !ended.has(uid))));
      return ended;
    });
    if (errors.length > 0) throw errors[0];
    const afterMs = this.#ending.nextMs(id);
    return afterMs === undefined ? undefined : { afterMs };
  }

  /** Events of Jobs continue with a run whose Pods still run. */
  async #check(id: string, holder: HolderEntry): Promise<HolderState> {
    if (this.#ending.isEarly(id, holder.uid)) return 'ending';
    const state = await this.#options.holders.stateOf({ id }, holder);
    if (state === 'ending') this.#ending.add(id, holder);
    return state;
  }
}

/** The id of a group has values of parameters. */
function loggedName(id: string): string {
  return id === ALL ? ALL : hashOfGroup(id);
}
