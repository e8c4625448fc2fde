import { ANNOTATION_LAST_USED } from '../../api/names.ts';
import type { ControllerRevision } from '../../api/wire.ts';

export interface RevisionHistory {
  /** All revisions of one template. */
  revisions: readonly ControllerRevision[];
  /** Names of the ControllerRevisions that must stay: the current one, and those that unfinished runs are pinned to. */
  present: string;
  inUse: ReadonlySet<string>;
  /** How many of the others are retained. */
  limit: number;
  /** A revision is retained this long after its last use, and after another became the current one. Milliseconds. */
  graceMs: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The revisions to delete now; `againMs`: when to check again, if others can be deleted later. */
export interface Removal {
  remove: ControllerRevision[];
  againMs?: number;
}

/** Newest first: by number, which is the template's generation, then by age. */
export function newestFirst(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort(
    (a, b) => b.revision - a.revision || createdAt(b) - createdAt(a) || compare(nameOf(a), nameOf(b)),
  );
}

/**
 * Which revisions of a template to delete. The caller may not know a run that has just been admitted. So a revision that a
 * run has used within the grace period is retained, and all are retained for a grace period after the current one changed.
 */
export function removableRevisions(history: RevisionHistory): Removal {
  const { revisions, present, inUse, limit, graceMs, now } = history;
  const candidates = newestFirst(revisions)
    .filter((stored) => nameOf(stored) !== present && !inUse.has(nameOf(stored)))
    .slice(limit);
  const current = revisions.find((stored) => nameOf(stored) === present);
  if (current === undefined || candidates.length === 0) return { remove: [] };
  const blockedUntil = lastTouched(current) + graceMs;
  const remove: ControllerRevision[] = [];
  const waits: number[] = [];
  for (const stored of candidates) {
    const left = Math.max(blockedUntil, lastTouched(stored) + graceMs) - now;
    if (left <= 0) remove.push(stored);
    else waits.push(left);
  }
  return waits.length === 0 ? { remove } : { remove, againMs: Math.min(...waits) };
}

/** When a revision was stored, became the current one again, or was used by name. */
function lastTouched(stored: ControllerRevision): number {
  const used = Date.parse(stored.metadata?.annotations?.[ANNOTATION_LAST_USED] ?? '');
  return Math.max(createdAt(stored), Number.isNaN(used) ? 0 : used);
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
