import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import type { Group } from '../../core/concurrency/group.ts';
import { WaitingLine, type Waiter } from '../../core/concurrency/waiting-line.ts';
import type { LeaseVersion } from './group-leases.ts';

/** What this process knows of a group. */
export interface GroupState {
  group: Group;
  /** As they were stored when the Lease was read or written last. */
  holders: readonly HolderEntry[];
  /** `undefined`: as far as is known, there is no Lease. */
  version: LeaseVersion | undefined;
  /** When that was certain, on the monotonic clock. */
  verifiedMs: number;
  line: WaitingLine;
}

/** The groups that have runs with a place, or runs that wait for one; and the group of each of these runs. */
export class GroupStates {
  readonly #states = new Map<string, GroupState>();
  /** By uid: the id of the group in which the run has a place, or waits for one. */
  readonly #ofHolder = new Map<string, string>();
  readonly #ofWaiter = new Map<string, string>();

  /** How many runs wait. */
  get waiting(): number {
    return this.#ofWaiter.size;
  }

  all(): Iterable<GroupState> {
    return this.#states.values();
  }

  get(id: string): GroupState | undefined {
    return this.#states.get(id);
  }

  ofHolder(uid: string): GroupState | undefined {
    return this.#states.get(this.#ofHolder.get(uid) ?? '');
  }

  ofWaiter(uid: string): GroupState | undefined {
    return this.#states.get(this.#ofWaiter.get(uid) ?? '');
  }

  setHolders(group: Group, known: Pick<GroupState, 'holders' | 'version' | 'verifiedMs'>): GroupState {
    const state = this.#stateOf(group);
    for (const { uid } of state.holders) if (this.#ofHolder.get(uid) === group.id) this.#ofHolder.delete(uid);
    for (const { uid } of known.holders) this.#ofHolder.set(uid, group.id);
    Object.assign(state, known);
    return state;
  }

  /** Puts a run into the line of this group; it leaves the line of another one. */
  enter(group: Group, waiter: Waiter): void {
    if (this.#ofWaiter.get(waiter.uid) !== group.id) this.leave(waiter.uid);
    this.#stateOf(group).line.add(waiter);
    this.#ofWaiter.set(waiter.uid, group.id);
  }

  /** @returns the group in whose line the run was */
  leave(uid: string): GroupState | undefined {
    const state = this.ofWaiter(uid);
    this.#ofWaiter.delete(uid);
    state?.line.remove(uid);
    if (state) this.drop(state);
    return state;
  }

  /** Forgets a group of which nothing is left. */
  drop({ group, holders, version, line }: GroupState): void {
    if (holders.length === 0 && line.size === 0 && version === undefined) this.#states.delete(group.id);
  }

  #stateOf(group: Group): GroupState {
    const known = this.#states.get(group.id);
    if (known) return known;
    const state: GroupState = {
      group,
      holders: [],
      version: undefined,
      verifiedMs: -Infinity,
      line: new WaitingLine(),
    };
    this.#states.set(group.id, state);
    return state;
  }
}
