import { isDeepStrictEqual } from 'node:util';
import type { JobRun } from '../../api/job-run.ts';
import { concurrencyOf, wasLimited, type ConcurrencyPolicy } from '../../core/concurrency/concurrency-policy.ts';
import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { groupOf, groupOfTemplate, namespaceOf, type Group } from '../../core/concurrency/group.ts';
import type { Members } from '../../core/concurrency/members.ts';
import { placeVerdict, replacedBy, runsToWake, type PlaceVerdict } from '../../core/concurrency/place-verdict.ts';
import { replacementIn } from '../../core/concurrency/replacement.ts';
import type { Member, Waiter } from '../../core/concurrency/waiting-line.ts';
import { isCancelRequested } from '../../core/run/cancellation.ts';
import { holdMessage } from '../../core/run/held-run.ts';
import { hasWaitedForPlace, type Place } from '../../core/run/place-step.ts';
import type { TemplateResolution } from '../../core/run/situation.ts';
import { isFinished } from '../../core/status/job-run-status.ts';
import { templateKeyOfRun } from '../../core/template/template-key.ts';
import { keyOf } from '../../kube/watch/object-key.ts';
import type { RunContents } from '../controller/run-contents.ts';
import type { TemplateResolver } from '../run/template-resolver.ts';
import { FirstRuns } from './first-runs.ts';
import type { StoredGroup } from './group-leases.ts';
import { GroupStates, type GroupState } from './group-states.ts';
import { StoredHolders, type StoredHoldersOptions } from './stored-holders.ts';
import type { UnclearCreations } from './unclear-creations.ts';

export interface PlacesOptions extends StoredHoldersOptions {
  contents: Pick<RunContents, 'of'>;
  templates: Pick<TemplateResolver, 'outline' | 'cached'>;
  unclear: Pick<UnclearCreations, 'inherited' | 'forget' | 'leftMs'>;
  /** Work on the run with this key. */
  wake: (run: string) => void;
}

/**
 * The places of the runs that are under way, of each concurrency group. Who has a place is stored in the Lease of the group,
 * and only the version that was read is replaced: so two syncers never give more places than there are. What this process
 * remembers saves requests, and decides nothing.
 */
export class Places {
  readonly #options: PlacesOptions;
  readonly #states = new GroupStates();
  readonly #stored: StoredHolders;
  readonly #first: FirstRuns;

  constructor(options: PlacesOptions) {
    this.#options = options;
    this.#stored = new StoredHolders(options, this.#states);
    this.#first = new FirstRuns(options.wake);
  }

  /** How many runs wait. */
  get waiting(): number {
    return this.#states.waiting;
  }

  /** The state of a group that was stored by an earlier leader. */
  remember(stored: StoredGroup): void {
    this.#stored.remember(stored);
  }

  /** The place of a run. A run of a template without a limit has none. */
  look(run: JobRun, template: TemplateResolution | undefined): Place | undefined {
    const held = this.#states.ofHolder(run.metadata.uid ?? '');
    if (held) return this.#held(held, run);
    if (run.status?.jobName !== undefined || template?.kind !== 'found') return undefined;
    const concurrency = this.#limitOf(run);
    if (!concurrency) return this.#hasTemplate(run) || !wasLimited(run) ? undefined : { kind: 'unknown' };
    return this.#lookInLine(run, groupOf(run, concurrency, template.template.compiled), concurrency);
  }

  #held(state: GroupState, run: JobRun): Place {
    const { uid = '' } = run.metadata;
    const isUnconfirmed = run.status?.jobName === undefined && !this.#stored.isConfirmed(state, uid);
    const place = { kind: 'held', group: state.group, ...(isUnconfirmed && { isUnconfirmed }) } as const;
    if (state.line.size === 0) return place;
    const wanted = this.#isWanted(state, run) && { wantedInMs: this.#options.unclear.leftMs(uid) };
    return { ...place, replacedBy: replacedBy(this.#membersOf(state), memberOf(run)), ...wanted };
  }

  /** With Forbid, others are refused while the run is not finished: they do not wait for its place. */
  #isWanted({ line }: GroupState, run: JobRun): boolean {
    if (run.status?.jobName !== undefined || this.#limitOf(run)?.policy === 'Forbid') return false;
    return line.waiters().some(({ concurrency }) => concurrency.policy !== 'Forbid');
  }

  #lookInLine(run: JobRun, group: Group, concurrency: ConcurrencyPolicy): Place {
    const { uid = '' } = run.metadata;
    const state = this.#states.ofWaiter(uid);
    const waiter = state?.group.id === group.id ? state.line.get(uid) : undefined;
    if (!state || !waiter || !isDeepStrictEqual(waiter.concurrency, concurrency)) {
      return { kind: 'outside', group, concurrency };
    }
    return { kind: 'inLine', group, concurrency, verdict: this.#verdictOn(state, waiter, hasWaitedForPlace(run)) };
  }

  /** While an older run may be missing in the line, no run gets a place, and a queue may be fuller than it seems. */
  #verdictOn(state: GroupState, waiter: Waiter, hasWaited: boolean): PlaceVerdict {
    const verdict = placeVerdict(this.#membersOf(state), waiter, hasWaited);
    const isEarly = verdict.kind === 'take' || (verdict.kind === 'wait' && !hasWaited);
    return isEarly && this.#first.areIn(namespaceOf(state.group)) ? { kind: 'notYet' } : verdict;
  }

  /**
   * The run is there when this process begins to lead. If its group is known only once it is worked on, no place is given in
   * its namespace until then.
   */
  expect(run: JobRun): void {
    const { uid = '', namespace = '' } = run.metadata;
    this.arrive(run);
    if (isFinished(run) || hasJob(run) || this.#states.ofHolder(uid) || this.#states.ofWaiter(uid)) return;
    if (this.#limitOf(run)) this.#first.add(namespace, uid);
  }

  /** The run is about to be worked on: it gets into the line at once, so that a younger one does not overtake it. */
  arrive(run: JobRun): void {
    const { uid = '' } = run.metadata;
    if (isFinished(run) || this.#states.ofHolder(uid) || this.#states.ofWaiter(uid)) return;
    const limit = this.#limitOf(run);
    const whole = limit && this.#options.contents.of(run);
    if (!limit || !whole || !canWait(whole)) return;
    const group = this.#groupInCache(whole, limit);
    if (group) this.enter(whole, group, limit);
  }

  #groupInCache(run: JobRun, limit: ConcurrencyPolicy): Group | undefined {
    if (limit.group === undefined) return groupOfTemplate(run);
    const template = this.#options.templates.cached(run);
    return template && groupOf(run, limit, template.compiled);
  }

  enter(run: JobRun, group: Group, concurrency: ConcurrencyPolicy): void {
    this.#states.enter(group, { ...memberOf(run), concurrency });
    this.#first.remove(run.metadata.uid ?? '');
  }

  /** The run waits in the line. The runs that may make room for it are worked on. */
  stay(run: JobRun): void {
    const state = this.#states.ofWaiter(run.metadata.uid ?? '');
    const waiter = state?.line.get(run.metadata.uid ?? '');
    if (!state || !waiter) return;
    if (this.#verdictOn(state, waiter, hasWaitedForPlace(run)).kind === 'notYet') {
      this.#first.waitFor(namespaceOf(state.group), waiter.key);
    }
    this.#wakeWithoutJob(state);
    if (waiter.concurrency.policy.startsWith('Replace')) this.#wakeReplaced(this.#membersOf(state), waiter);
  }

  /** A run that cannot get its Job gives its place to others. */
  #wakeWithoutJob({ group, holders }: GroupState): void {
    for (const { name, uid } of holders) {
      const run = this.#options.runs.get(namespaceOf(group), name);
      if (run?.metadata.uid === uid && !isFinished(run) && !hasJob(run)) this.#options.wake(keyOf(run.metadata));
    }
  }

  #wakeReplaced(members: Members, { uid }: Waiter): void {
    const replacementOf = replacementIn(members);
    const others = [...members.holders.filter((holder) => !holder.isFinished), ...members.line.waiters()];
    for (const other of others) {
      if (other.uid !== uid && replacementOf(other) !== undefined) this.#options.wake(other.key);
    }
  }

  /** The run is no longer in a line; the next ones may have their turn. */
  leave(run: JobRun): void {
    const { uid = '' } = run.metadata;
    const state = this.#states.leave(uid);
    if (state) {
      this.#wake(state);
      if (state.line.size === 0 && state.holders.length === 0) this.#options.check(state.group.id);
    }
    this.#first.remove(uid);
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
    await this.#stored.change(id, (state) => {
      if (this.#states.ofWaiter(uid) !== state || this.#states.ofHolder(uid) || !this.#isTurnOf(state, run)) return;
      return [...state.holders, { ...entryOf(run), by: this.#options.instance }];
    });
    // The place may be stored by an earlier request that was not answered, or by another syncer.
    const held = this.#states.ofHolder(uid);
    if (!held) return;
    this.#states.leave(uid);
    this.#wake(held);
  }

  /** Makes sure that the run still has its place, and that no other process creates its Job. */
  async confirm(run: JobRun, { id }: Group): Promise<void> {
    await this.#stored.confirm(id, run.metadata.uid ?? '');
  }

  /** The run cannot get its Job for now: it has its place no more, and the next ones may have their turn. */
  async yield(run: JobRun, { id }: Group): Promise<void> {
    const { uid = '' } = run.metadata;
    const { instance } = this.#options;
    await this.#stored.change(id, ({ holders }) => {
      const isOurs = holders.some((holder) => holder.uid === uid && holder.by === instance);
      return isOurs ? without(holders, new Set([uid])) : undefined;
    });
    const state = this.#states.get(id);
    if (state) this.#wake(state);
  }

  /** Gives the places back of the runs with these uids. */
  async giveBack(id: string, find: (holders: readonly HolderEntry[]) => Promise<ReadonlySet<string>>): Promise<void> {
    await this.#stored.change(id, async ({ holders, line }) => {
      const left = without(holders, await find(holders));
      // The Lease of a group that has no runs any more is deleted.
      return left ?? (holders.length === 0 && line.size === 0 ? [] : undefined);
    });
    const state = this.#states.get(id);
    if (!state) return;
    this.#states.drop(state);
    this.#wake(state);
  }

  #isTurnOf(state: GroupState, run: JobRun): boolean {
    if (!state.version) this.#stored.withoutLease(state);
    const waiter = state.line.get(run.metadata.uid ?? '');
    return waiter !== undefined && this.#verdictOn(state, waiter, hasWaitedForPlace(run)).kind === 'take';
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
}

/** `undefined` if none of these runs has a place. */
function without(holders: readonly HolderEntry[], uids: ReadonlySet<string>): HolderEntry[] | undefined {
  const left = holders.filter(({ uid }) => !uids.has(uid));
  return left.length === holders.length ? undefined : left;
}

function memberOf({ metadata }: JobRun): Member {
  return { key: keyOf(metadata), uid: metadata.uid ?? '', created: metadata.creationTimestamp ?? '' };
}

function entryOf({ metadata }: JobRun): HolderEntry {
  return { name: metadata.name ?? '', uid: metadata.uid ?? '', created: metadata.creationTimestamp ?? '' };
}

/** As far as the outline of its status says. */
function hasJob({ status }: JobRun): boolean {
  return status?.jobUid !== undefined || status?.jobName !== undefined;
}

/** Whether nothing else prevents that the run gets its Job, as far as the run shows. */
function canWait(run: JobRun): boolean {
  const isEnding = run.metadata.deletionTimestamp !== undefined || isCancelRequested(run);
  return !isEnding && run.status?.jobName === undefined && holdMessage(run) === undefined;
}
