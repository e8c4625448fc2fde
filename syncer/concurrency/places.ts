import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { concurrencyOf, wasLimited, type ConcurrencyPolicy } from '../../core/concurrency/concurrency-policy.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { groupOf, namespaceOf, type Group } from '../../core/concurrency/group.ts';
import { placeVerdict, replacedBy, runsToWake, type Members } from '../../core/concurrency/place-verdict.ts';
import type { Member } from '../../core/concurrency/waiting-line.ts';
import { isCancelRequested } from '../../core/run/cancellation.ts';
import { holdMessage } from '../../core/run/held-run.ts';
import type { Place } from '../../core/run/place-step.ts';
import type { TemplateResolution } from '../../core/run/situation.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/client/api-error.ts';
import type { ObjectCache } from '../../kube/watch/cache.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import type { RunContents } from '../controller/run-contents.ts';
import type { TemplateResolver } from '../run/template-resolver.ts';
import type { GroupLeases, StoredGroup } from './group-leases.ts';
import { GroupStates, type GroupState } from './group-states.ts';
import { runsWithJobs } from './jobs-of-group.ts';

export interface PlacesOptions {
  leases: Pick<GroupLeases, 'read' | 'write' | 'remove'>;
  /** Has outlines of runs. */
  runs: Pick<ObjectCache<JobRun>, 'get'>;
  contents: Pick<RunContents, 'of'>;
  /** Indexed by their group. */
  jobs: Pick<ObjectCache<Job>, 'byIndex'>;
  templates: Pick<TemplateResolver, 'outline' | 'cached'>;
  /** Work on the run with this key. */
  wake: (run: string) => void;
  /** Check which runs of the group with this id still need their places. */
  check: (group: string) => void;
}

/** How often a write is repeated that another syncer was faster with. */
const MOST_CONFLICTS = 5;

/**
 * The places of the runs that are under way, of each concurrency group. Who has a place is stored in the Lease of the group,
 * and only the version that was read is replaced: so two syncers never give more places than there are. What this process
 * remembers saves requests, and decides nothing.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #states = new GroupStates();
  /** By the id of a group: the last work on its Lease. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** How many runs wait. */
  get waiting(): number {
    return this.#states.waiting;
  }

  /** The state of a group that was stored by an earlier leader. */
  remember({ group, holders, version }: StoredGroup): void {
    this.#states.setHolders(group, holders, version);
  }

  /** The place of a run. A run of a template without a limit has none. */
  look(run: JobRun, template: TemplateResolution | undefined): Place | undefined {
    const held = this.#states.ofHolder(run.metadata.uid ?? '');
    if (held) return { kind: 'held', group: held.group, replacedBy: this.#replacedBy(held, memberOf(run)) };
    if (run.status?.jobName !== undefined || template?.kind !== 'found') return undefined;
    const concurrency = this.#limitOf(run);
    if (!concurrency) return this.#hasTemplate(run) || !wasLimited(run) ? undefined : { kind: 'unknown' };
    return this.#lookInLine(run, groupOf(run, concurrency, template.template.compiled), concurrency);
  }

  #lookInLine(run: JobRun, group: Group, concurrency: ConcurrencyPolicy): Place {
    const { uid = '' } = run.metadata;
    const state = this.#states.ofWaiter(uid);
    const waiter = state?.group.id === group.id ? state.line.get(uid) : undefined;
    if (!state || !waiter || !isDeepStrictEqual(waiter.concurrency, concurrency)) {
      return { kind: 'outside', group, concurrency };
    }
    const verdict = placeVerdict(this.#membersOf(state), waiter, run.status?.phase === 'Queued');
    return { kind: 'inLine', group, concurrency, verdict };
  }

  /** The run is about to be worked on: it gets into the line at once, so that a younger one does not overtake it. */
  arrive(run: JobRun): void {
    const { uid = '' } = run.metadata;
    if (isFinished(run) || this.#states.ofHolder(uid) || this.#states.ofWaiter(uid)) return;
    const limit = this.#limitOf(run);
    const whole = limit && this.#options.contents.of(run);
    if (!limit || !whole || !canWait(whole)) return;
    const template = this.#options.templates.cached(whole);
    if (template) this.enter(whole, groupOf(whole, limit, template.compiled), limit);
  }

  enter(run: JobRun, group: Group, concurrency: ConcurrencyPolicy): void {
    this.#states.enter(group, { ...memberOf(run), concurrency });
  }

  /** The run waits in the line. The older runs that it replaces are worked on. */
  stay(run: JobRun): void {
    const state = this.#states.ofWaiter(run.metadata.uid ?? '');
    const waiter = state?.line.get(run.metadata.uid ?? '');
    if (!state || !waiter || !waiter.concurrency.policy.startsWith('Replace')) return;
    const members = this.#membersOf(state);
    const others = [...members.holders.filter((holder) => !holder.isFinished), ...members.line.waiters()];
    for (const other of others) {
      if (other.uid !== waiter.uid && replacedBy(members, other) !== undefined) this.#options.wake(other.key);
    }
  }

  /** The run is no longer in a line; the next ones may have their turn. */
  leave(run: JobRun): void {
    const state = this.#states.leave(run.metadata.uid ?? '');
    if (!state) return;
    this.#wake(state);
    if (state.line.size === 0 && state.holders.length === 0) this.#options.check(state.group.id);
  }

  /** The run has finished or was deleted. */
  ended(run: JobRun): void {
    this.leave(run);
    const state = this.#states.ofHolder(run.metadata.uid ?? '');
    if (state) this.#options.check(state.group.id);
  }

  /** Stores that the run has a place, if it is its turn. Otherwise another run was faster, and it waits. */
  async take(run: JobRun, { id }: Group): Promise<void> {
    const { uid = '' } = run.metadata;
    await this.#inTurn(id, async () => {
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
        const state = this.#states.ofWaiter(uid);
        if (state?.group.id !== id) return;
        // An earlier request was not answered, or another syncer has stored it.
        if (this.#states.ofHolder(uid)) {
          this.#states.leave(uid);
          return;
        }
        if (!this.#isTurnOf(state, uid)) return;
        if (!(await this.#replaced(state, [...state.holders, entryOf(run)]))) continue;
        this.#states.leave(uid);
        this.#wake(state);
        return;
      }
    });
  }

  /**
   * Gives the places back of the runs with these uids. A Lease without holders is deleted, unless a run waits that needs it
   * at once.
   */
  async giveBack(id: string, find: (holders: readonly HolderEntry[]) => Promise<ReadonlySet<string>>): Promise<void> {
    await this.#inTurn(id, async () => {
      for (let conflicts = 0; conflicts < MOST_CONFLICTS; conflicts += 1) {
        const state = this.#states.get(id);
        if (!state) return;
        const ended = await find(state.holders);
        const left = state.holders.filter(({ uid }) => !ended.has(uid));
        const isUnchanged = left.length === state.holders.length && (left.length > 0 || state.line.size > 0);
        if (!isUnchanged && !(await this.#replaced(state, left))) continue;
        this.#states.drop(state);
        this.#wake(state);
        return;
      }
    });
  }

  /** @returns false if somebody else has changed the Lease: its present state is known then. */
  async #replaced(state: GroupState, holders: HolderEntry[]): Promise<boolean> {
    const { group, version, line } = state;
    const { leases } = this.#options;
    try {
      if (holders.length > 0 || line.size > 0) {
        this.#states.setHolders(group, holders, await leases.write(group, holders, version));
      } else {
        if (version) await leases.remove(group, version);
        this.#states.setHolders(group, [], undefined);
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
    this.#states.setHolders(group, holders, stored?.version);
    this.#options.check(group.id);
  }

  /** Without a Lease, the runs that have a Job have a place. */
  #withJobs({ group, holders }: GroupState): readonly HolderEntry[] {
    const known = new Set(holders.map(({ uid }) => uid));
    const more = runsWithJobs(this.#options, group).filter(({ uid }) => !known.has(uid));
    if (more.length > 0) this.#options.check(group.id);
    return [...holders, ...more];
  }

  #isTurnOf(state: GroupState, uid: string): boolean {
    if (!state.version) this.#states.setHolders(state.group, this.#withJobs(state), undefined);
    const waiter = state.line.get(uid);
    return waiter !== undefined && placeVerdict(this.#membersOf(state), waiter, true).kind === 'take';
  }

  #replacedBy(state: GroupState, member: Member): string | undefined {
    return state.line.size === 0 ? undefined : replacedBy(this.#membersOf(state), member);
  }

  #membersOf({ group, holders, line }: GroupState): Members {
    const namespace = namespaceOf(group);
    const isGone = ({ name, uid }: HolderEntry): boolean => {
      const run = this.#options.runs.get(namespace, name);
      return run?.metadata.uid !== uid || isFinished(run);
    };
    return {
      group,
      line,
      holders: holders.map((holder) => ({
        key: `${namespace}/${holder.name}`,
        uid: holder.uid,
        created: holder.created,
        isFinished: isGone(holder),
      })),
    };
  }

  #hasTemplate(run: JobRun): boolean {
    return this.#options.templates.outline(templateKeyOfRun(run)) !== undefined;
  }

  /** While the template does not exist, a run that waits has the limit that it had. */
  #limitOf(run: JobRun): ConcurrencyPolicy | undefined {
    const outline = this.#options.templates.outline(templateKeyOfRun(run));
    if (outline) return concurrencyOf(outline);
    const { uid = '' } = run.metadata;
    return this.#states.ofWaiter(uid)?.line.get(uid)?.concurrency;
  }

  #wake(state: GroupState): void {
    for (const run of runsToWake(this.#membersOf(state))) this.#options.wake(run);
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

function memberOf({ metadata }: JobRun): Member {
  return { key: keyOf(metadata), uid: metadata.uid ?? '', created: metadata.creationTimestamp ?? '' };
}

function entryOf({ metadata }: JobRun): HolderEntry {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '', created: metadata.creationTimestamp ?? '' };
}

/** Whether nothing else prevents that the run gets its Job, as far as the run shows. */
function canWait(run: JobRun): boolean {
  const isEnding = run.metadata.deletionTimestamp !== undefined || isCancelRequested(run);
  return !isEnding && run.status?.jobName === undefined && holdMessage(run) === undefined;
}
