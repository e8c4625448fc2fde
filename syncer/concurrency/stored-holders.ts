import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import type { Group } from '../../core/concurrency/group.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/client/api-error.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import type { Clock } from '../clock.ts';
import type { GroupLeases, LeaseVersion, StoredGroup } from './group-leases.ts';
import type { GroupState, GroupStates } from './group-states.ts';
import { runsWithJobs } from './jobs-of-group.ts';
import type { UnclearCreations } from './unclear-creations.ts';

export interface StoredHoldersOptions {
  leases: Pick<GroupLeases, 'read' | 'write' | 'remove'>;
  runs: Pick<ObjectCache<JobRun>, 'get'>;
  /** Indexed by their group. */
  jobs: Pick<ObjectCache<Job>, 'byIndex'>;
  unclear: Pick<UnclearCreations, 'inherited' | 'forget'>;
  clock: Pick<Clock, 'monotonic'>;
  /** This process. */
  instance: string;
  /** Check which runs of the group with this id still need their places. */
  check: (group: string) => void;
}

/** How often a write is repeated that another syncer was faster with. */
const MOST_CONFLICTS = 5;

/**
 * A Job is created at most this long after it was certain that no other process has taken the place over. This and the time
 * that a creation takes are shorter than the time for which a place that was taken over is kept.
 */
const VERIFIED_FOR_MS = 10_000;

/** The holders of the group from now on; `undefined` if nothing changes. */
export type Decide = (
  state: GroupState,
) => Promise<readonly HolderEntry[] | undefined> | readonly HolderEntry[] | undefined;

/** Who has a place, as the Leases store it. Only the version that was read is replaced. */
export class StoredHolders {
  readonly #options: StoredHoldersOptions;
  readonly #states: GroupStates;
  /** By the id of a group: the last work on its Lease. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: StoredHoldersOptions, states: GroupStates) {
    this.#options = options;
    this.#states = states;
  }

  /** The state of a group that was stored by another process. */
  remember({ group, holders, version }: StoredGroup): void {
    this.#found(group, holders, version);
  }

  /**
   * Changes the holders of a group, if it is known. After a conflict, the change is decided again for the state that is
   * stored. A Lease without holders is deleted, unless a run waits that needs it at once.
   */
  async change(id: string, decide: Decide): Promise<void> {
    await this.#inTurn(id, async () => {
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
        const state = this.#states.get(id);
        const wanted = state && (await decide(state));
        if (!state || !wanted || (await this.#replaced(state, wanted))) return;
      }
    });
  }

  /** Stores that this process creates the Job of a run that has a place, or makes sure of it. */
  async confirm(id: string, uid: string): Promise<void> {
    const { instance, unclear } = this.#options;
    const takenOver = new Set<string>();
    await this.change(id, ({ holders }) => {
      const known = holders.find((holder) => holder.uid === uid);
      if (known && known.by !== instance) takenOver.add(uid);
      return known && holders.map((holder) => (holder === known ? { ...known, by: instance } : holder));
    });
    // The other process may have sent a creation just before.
    if (takenOver.has(uid)) unclear.inherited(uid);
  }

  /** Whether it is certain that this process creates the Job of a run that has a place. */
  isConfirmed({ holders, verifiedMs }: GroupState, uid: string): boolean {
    const { clock, instance } = this.#options;
    const isOurs = holders.find((holder) => holder.uid === uid)?.by === instance;
    return isOurs && clock.monotonic() < verifiedMs + VERIFIED_FOR_MS;
  }

  /** Without a Lease, the runs that have a Job have a place. */
  withoutLease(state: GroupState): void {
    this.#states.setHolders(state.group, { holders: this.#withJobs(state), version: undefined, verifiedMs: -Infinity });
  }

  /** @returns false if somebody else has changed the Lease: its present state is known then. */
  async #replaced(state: GroupState, holders: readonly HolderEntry[]): Promise<boolean> {
    const { group, version, line } = state;
    const { leases } = this.#options;
    try {
      if (holders.length > 0 || line.size > 0) {
        this.#set(group, holders, await leases.write(group, holders, version));
      } else {
        if (version) await leases.remove(group, version);
        this.#set(group, [], undefined);
      }
      return true;
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error) && !isNotFound(error)) throw error;
      await this.#readAgain(state);
      return false;
    }
  }

  /** If the Lease was removed, what this process and the Jobs know of it counts. */
  async #readAgain(state: GroupState): Promise<void> {
    const { group } = state;
    const stored = await this.#options.leases.read(group);
    const holders = stored?.holders ?? this.#withJobs(state);
    this.#found(group, holders, stored?.version);
    this.#options.check(group.id);
  }

  #found(group: Group, holders: readonly HolderEntry[], version: LeaseVersion | undefined): void {
    const { instance, unclear } = this.#options;
    const known = new Map(this.#states.get(group.id)?.holders.map(({ uid, by }) => [uid, by]));
    const isNew = ({ uid, by }: HolderEntry): boolean => !known.has(uid) || known.get(uid) !== by;
    for (const holder of holders) if (holder.by !== instance && isNew(holder)) unclear.inherited(holder.uid);
    this.#set(group, holders, version);
  }

  #set(group: Group, holders: readonly HolderEntry[], version: LeaseVersion | undefined): void {
    const left = new Set(holders.map(({ uid }) => uid));
    const before = this.#states.get(group.id)?.holders ?? [];
    for (const { uid } of before) if (!left.has(uid)) this.#options.unclear.forget(uid);
    this.#states.setHolders(group, { holders, version, verifiedMs: this.#options.clock.monotonic() });
  }

  #withJobs({ group, holders }: GroupState): HolderEntry[] {
    const known = new Set(holders.map(({ uid }) => uid));
    const more = runsWithJobs(this.#options, group).filter(({ uid }) => !known.has(uid));
    if (more.length > 0) this.#options.check(group.id);
    return [...holders, ...more];
  }

  /** One after the other for each group. */
  async #inTurn(id: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#busy.get(id) ?? Promise.resolve()).then(work);
    const settled = done.catch(() => undefined);
    this.#busy.set(id, settled);
    try {
      await done;
    } finally {
      if (this.#busy.get(id) === settled) this.#busy.delete(id);
    }
  }
}
