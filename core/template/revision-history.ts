import { ANNOTATION_LAST_USED } from '../../api/names.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { ownerUid } from './controller-revision.ts';

export interface RevisionHistory {
  /** All revisions of one template, and those of deleted templates that had the same name. */
  revisions: readonly ControllerRevision[];
  /** Names of the ControllerRevisions that must stay: the current one, and those that unfinished runs are pinned to. */
  present: string;
  inUse: ReadonlySet<string>;
  /** How many of the others are retained. */
  limit: number;
  /** A revision is retained this long after its last use, and after another replaced it. Milliseconds. */
  graceMs: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The revisions to delete now; `againMs`: when to check again, if others can be deleted later. */
export interface Removal {
  remove: ControllerRevision[];
  againMs?: number;
}

/** So many revisions beyond the limit are retained for the whole grace period, and the rest for {@link SHORT_GRACE_MS}. */
const MOST_YOUNG = 100;
/** Longer than an admission takes: the run that it pinned is stored by then. */
const SHORT_GRACE_MS = 60_000;
/** A mark of use that is further in the future is not believed: a clock was wrong, or somebody else wrote it. */
const CLOCK_SKEW_MS = 300_000;

/** Newest first: by number, which is the template's generation, then by age. */
export function newestFirst(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort(
    (a, b) => b.revision - a.revision || createdAt(b) - createdAt(a) || compare(nameOf(a), nameOf(b)),
  );
}

/**
 * Which revisions of a template to delete. The caller may not know a run that has just been admitted. So a revision is
 * retained for a grace period after a run used it by name, and after another revision replaced it as the current one.
 * How young the current one is does not matter: otherwise the history of a template that is edited all the time would
 * never be trimmed. Even if it is edited every second, the number of revisions is bounded.
 *
 * No run can use a revision of a deleted template of the same name. It takes no place of the history.
 */
export function removableRevisions(history: RevisionHistory): Removal {
  const { present, inUse, limit, graceMs, now } = history;
  const current = history.revisions.find((stored) => nameOf(stored) === present);
  if (current === undefined) return { remove: [] };
  const { own, others } = byOwner(history.revisions, current);
  const isFree = ({ stored }: Replaced): boolean => !inUse.has(nameOf(stored));
  const candidates = [
    ...replacedRevisions(own, current, now).filter(isFree).slice(limit),
    ...replacedRevisions(others, current, now).filter(isFree),
  ];
  const remove: ControllerRevision[] = [];
  let againMs = Infinity;
  for (const [index, { stored, replacedMs }] of candidates.entries()) {
    const grace = index < MOST_YOUNG ? graceMs : Math.min(graceMs, SHORT_GRACE_MS);
    const left = Math.max(replacedMs, lastTouched(stored, now)) + grace - now;
    if (left <= 0) remove.push(stored);
    else againMs = Math.min(againMs, left);
  }
  return againMs === Infinity ? { remove } : { remove, againMs };
}

interface Replaced {
  stored: ControllerRevision;
  /** When another revision replaced this one, or later. */
  replacedMs: number;
}

/** All but the current one. While nobody is known to own that, they are all the template's own. */
function byOwner(
  revisions: readonly ControllerRevision[],
  current: ControllerRevision,
): { own: ControllerRevision[]; others: ControllerRevision[] } {
  const owner = ownerUid(current);
  const { own = [], others = [] } = Object.groupBy(
    revisions.filter((stored) => stored !== current),
    (stored) => (owner === undefined || ownerUid(stored) === owner ? 'own' : 'others'),
  );
  return { own, others };
}

/**
 * The revisions that another one replaced, newest first. A revision was replaced before any newer one was last touched, so the
 * earliest of these times is the closest bound that is known.
 */
function replacedRevisions(
  revisions: readonly ControllerRevision[],
  current: ControllerRevision,
  now: number,
): Replaced[] {
  let replacedMs = lastTouched(current, now);
  return newestFirst(revisions).map((stored) => {
    const replaced = { stored, replacedMs };
    replacedMs = Math.min(replacedMs, lastTouched(stored, now));
    return replaced;
  });
}

/** When a revision was stored, became the current one again, or was used by name; never in the future. */
function lastTouched(stored: ControllerRevision, now: number): number {
  const used = Date.parse(stored.metadata?.annotations?.[ANNOTATION_LAST_USED] ?? '');
  const believed = Number.isNaN(used) || used > now + CLOCK_SKEW_MS ? 0 : used;
  return Math.min(Math.max(createdAt(stored), believed), now);
}

function createdAt({ metadata }: ControllerRevision): number {
  const created = Date.parse(metadata?.creationTimestamp ?? '');
  return Number.isNaN(created) ? 0 : created;
}

function nameOf({ metadata }: ControllerRevision): string {
  return metadata?.name ?? '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
