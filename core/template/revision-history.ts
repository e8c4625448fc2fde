import { ANNOTATION_LAST_USED } from '../../api/names.ts';
import type { ControllerRevision } from '../../api/wire.ts';

export interface RevisionHistory {
  /** All revisions of one template. */
  revisions: readonly ControllerRevision[];
  /** Names of the ControllerRevisions that must stay: the present one, and those that unfinished runs are pinned to. */
  present: string;
  inUse: ReadonlySet<string>;
  /** How many of the others stay. */
  limit: number;
  /** A revision stays this long after a run asked for it, and after it ceased to be the present one. Milliseconds. */
  graceMs: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What of a history can go now; `againMs`: look again then, as something can go only later. */
export interface Removal {
  remove: ControllerRevision[];
  againMs?: number;
}

/** The latest first: by number, which is the template's generation, then by age. */
export function newestFirst(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort(
    (a, b) => b.revision - a.revision || createdAt(b) - createdAt(a) || compare(nameOf(a), nameOf(b)),
  );
}

/**
 * Which revisions of a template to remove. A run that was admitted a moment ago may not be known yet: so none goes that
 * was asked for by name within the grace, and none at all within the grace after the present one became it.
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

/** When a revision was stored, made the present one again, or asked for by name. */
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
