import type { HolderEntry } from '../../core/concurrency/group-lease.ts';
import { namespaceOf } from '../../core/concurrency/group.ts';
import { jobName } from '../../core/job/job-name.ts';
import { backoffMs } from '../../kube/controller/backoff.ts';
import type { BackoffLimits } from '../../kube/controller/backoff.ts';
import type { Clock } from '../clock.ts';

interface Ending {
  /** Of the run, and of its Job. */
  keys: readonly string[];
  /** How often it was checked since something of it changed. */
  checks: number;
  /** When it was checked last, and when it is checked again, on the monotonic clock. */
  checkedMs: number;
  atMs: number;
}

/** Nothing reports the Pods of a deleted Job: they are read again and again. */
const POLL: BackoffLimits = { baseMs: 1_000, maxMs: 60_000 };
/** A Job whose Pods end one after the other changes often. */
const SOON_MS = 200;

/**
 * The runs that have finished or were deleted, and of whose Jobs Pods may still run: when each is checked again. A run can
 * have the name of a deleted one, so that a name can belong to several groups.
 */
export class EndingHolders {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** By the id of a group: by uid. */
  readonly #byGroup = new Map<string, Map<string, Ending>>();
  /** By the key of a run or of a Job: the ids of groups. */
  readonly #groups = new Map<string, Set<string>>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The run was checked: its Pods may still run. */
  add(group: string, holder: HolderEntry): void {
    const known = this.#byGroup.get(group) ?? new Map<string, Ending>();
    const { checks = 0 } = known.get(holder.uid) ?? {};
    const [keys, checkedMs] = [keysOf(group, holder), this.#clock.monotonic()];
    known.set(holder.uid, { keys, checks: checks + 1, checkedMs, atMs: checkedMs + backoffMs(POLL, checks) });
    this.#byGroup.set(group, known);
    for (const key of keys) this.#groups.set(key, (this.#groups.get(key) ?? new Set()).add(group));
  }

  /** Whether the run was checked a short time ago, and nothing of it has changed since. */
  isEarly(group: string, uid: string): boolean {
    const known = this.#byGroup.get(group)?.get(uid);
    return known !== undefined && this.#clock.monotonic() < known.atMs;
  }

  /** Forgets all runs of the group but these. */
  retain(group: string, uids: ReadonlySet<string>): void {
    const known = this.#byGroup.get(group);
    if (!known) return;
    const gone = Array.from(known).filter(([uid]) => !uids.has(uid));
    for (const [uid] of gone) known.delete(uid);
    const left = new Set(Array.from(known.values()).flatMap(({ keys }) => keys));
    for (const key of gone.flatMap(([, { keys }]) => keys)) if (!left.has(key)) this.#remove(key, group);
    if (known.size === 0) this.#byGroup.delete(group);
  }

  /** Milliseconds until the next run of the group is checked again, or `undefined` without such a run. */
  nextMs(group: string): number | undefined {
    const known = this.#byGroup.get(group);
    if (!known) return undefined;
    const first = Array.from(known.values()).reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
    return Math.max(0, Math.ceil(first - this.#clock.monotonic()));
  }

  /** The run or the Job with this key has changed: it is checked soon. Returns the groups that wait for it. */
  touched(key: string): Iterable<string> {
    const groups = this.#groups.get(key) ?? [];
    for (const group of groups) {
      for (const ending of this.#byGroup.get(group)?.values() ?? []) {
        if (!ending.keys.includes(key)) continue;
        Object.assign(ending, { checks: 0, atMs: Math.min(ending.atMs, ending.checkedMs + SOON_MS) });
      }
    }
    return groups;
  }

  #remove(key: string, group: string): void {
    const groups = this.#groups.get(key);
    groups?.delete(group);
    if (groups?.size === 0) this.#groups.delete(key);
  }
}

function keysOf(group: string, { name, uid }: HolderEntry): string[] {
  const namespace = namespaceOf({ id: group });
  return [`${namespace}/${name}`, `${namespace}/${jobName(name, uid)}`];
}
