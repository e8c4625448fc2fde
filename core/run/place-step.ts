import {
  LABEL_CONCURRENCY_GROUP,
  REASON_QUEUE_TIMEOUT,
  REASON_QUEUED,
  REASON_RESTORED,
  REASON_WAITING_FOR_TEMPLATE,
} from '../../api/names.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { rule } from '../concurrency/admission-errors.ts';
import type { ConcurrencyPolicy } from '../concurrency/concurrency-policy.ts';
import type { Group } from '../concurrency/group.ts';
import type { PlaceVerdict } from '../concurrency/place-verdict.ts';
import { counted } from '../errors/counted.ts';
import { jobNameOfRun } from '../job/ownership.ts';
import { templateKeyOfRun } from '../template/template-key.ts';
import type { Situation } from './situation.ts';
import type { Again, Observed, Step } from './step.ts';

/** What is known of the place of a run whose template limits how many runs are under way. */
export type Place =
  /**
   * It has a place in this group, whatever the template says now. `wantedInMs`: set if it has no Job and others wait; until
   * then, a Job whose creation was not answered may still be stored. `isUnconfirmed`: another process may have taken the
   * place over, and create the Job.
   */
  | {
      kind: 'held';
      group: Group;
      replacedBy?: string | undefined;
      wantedInMs?: number | undefined;
      isUnconfirmed?: boolean | undefined;
    }
  /** It is not in the line of its group. */
  | { kind: 'outside'; group: Group; concurrency: ConcurrencyPolicy }
  | { kind: 'inLine'; group: Group; concurrency: ConcurrencyPolicy; verdict: PlaceVerdict }
  /** It has been in a group, and its template, which has the limit, does not exist. */
  | { kind: 'unknown' };

type Waiting = Extract<Place, { kind: 'inLine' }>;

/** A step, or what is observed; `undefined` if nothing prevents that the run gets its Job. */
export type Placed = Step | Observed | undefined;

/** The run gets a place in its group before it gets its Job. Without a limit, there is nothing to do. */
export function placeStep(situation: Situation): Placed {
  const { place } = situation;
  switch (place?.kind) {
    case undefined:
      return undefined;
    case 'held':
      return place.isUnconfirmed === true ? { kind: 'confirmPlace', group: place.group } : undefined;
    case 'outside':
      return { kind: 'enterLine', group: place.group, concurrency: place.concurrency };
    case 'inLine':
      return inLine(situation, place);
    case 'unknown':
      return withoutLimit(situation);
  }
}

/** A run without a Job in a group that only its template knows never starts as if there were no limit. */
function withoutLimit({ run }: Situation): Placed {
  const { kind, name } = templateKeyOfRun(run);
  const message = `${kind} "${name}" does not exist, so the limit of its runs is not known; waiting for it`;
  return {
    observation: { kind: 'pending', reason: REASON_WAITING_FOR_TEMPLATE, message },
    again: { afterMs: TEMPLATE_CHECK_MS },
  };
}

function inLine(situation: Situation, place: Waiting): Placed {
  const { verdict, group } = place;
  switch (verdict.kind) {
    case 'take':
      return takePlace(situation, group);
    case 'refused':
      return { observation: { kind: 'failed', reason: verdict.reason, message: verdict.message } };
    case 'replaced':
      return { observation: { kind: 'cancelled', message: `${replacedMessage(verdict.by)} before it had a Job` } };
    case 'notYet':
      return situation.answers.waitsInLine === true ? { kind: 'nothing' } : { kind: 'stayInLine' };
    case 'wait':
      return situation.answers.waitsInLine === true ? queued(situation, place) : { kind: 'stayInLine' };
  }
}

/** The next attempt tries again: somebody has to help. */
function takePlace({ answers: { placeProblem: message } }: Situation, group: Group): Placed {
  if (message === undefined) return { kind: 'takePlace', group };
  return { observation: { kind: 'pending', reason: REASON_QUEUED, message }, again: 'retry' };
}

function queued({ run, now }: Situation, { group, concurrency }: Waiting): Placed {
  const { queueTimeoutSeconds: seconds } = concurrency;
  const leftMs = seconds === undefined ? Infinity : queuedSince(run, now.epochMs) + seconds * 1000 - now.epochMs;
  if (leftMs <= 0) {
    const message = `${rule(concurrency, group)}, and the JobRun got no place within ${counted(seconds ?? 0, 'second')}`;
    return { observation: { kind: 'failed', reason: REASON_QUEUE_TIMEOUT, message } };
  }
  const message = `${rule(concurrency, group)}; the JobRun waits for a place`;
  const observation = { kind: 'pending', reason: REASON_QUEUED, message } as const;
  return leftMs === Infinity
    ? { observation }
    : { observation, again: { afterMs: Math.min(leftMs, LONGEST_TIMER_MS) } };
}

/** A template that exists again is normally seen at once. */
const TEMPLATE_CHECK_MS = 60_000;

/** A timer of Node.js cannot wait for longer than 24 days. */
const LONGEST_TIMER_MS = 86_400_000;

function queuedSince({ status }: JobRun, nowMs: number): number {
  const since = status?.waiting?.reason === REASON_QUEUED ? Date.parse(status.waiting.since) : NaN;
  return Number.isNaN(since) ? nowMs : since;
}

/** Reasons for which a run waits before it is in a line. */
const NOT_IN_LINE = [REASON_RESTORED, REASON_WAITING_FOR_TEMPLATE];

/** Whether the run has been in the line: then it is not refused because others wait, also after it gave a place away. */
export function hasWaitedForPlace({ status }: JobRun): boolean {
  if (status?.phase === 'Queued') return true;
  return status?.phase === 'Pending' && status.waiting !== undefined && !NOT_IN_LINE.includes(status.waiting.reason);
}

/**
 * A run that has a place and cannot get its Job for now does not keep others waiting: it gives the place away, and gets into
 * the line again when it tries again. First, it must be certain that it has no Job.
 *
 * @param found why it gets no Job now
 */
export function withoutUse<Found extends { again?: Again | undefined }>(
  { run, place, answers }: Situation,
  found: Found,
): Found | Step {
  if (place?.kind !== 'held' || place.wantedInMs === undefined) return found;
  if (place.wantedInMs > 0) return { ...found, again: sooner(found.again, place.wantedInMs) };
  if (answers.job === undefined) return { kind: 'readJob', name: jobNameOfRun(run) };
  return answers.job === 'none' ? { kind: 'yieldPlace', group: place.group } : found;
}

function sooner(again: Again | undefined, afterMs: number): Again {
  return again === 'retry' || (again !== undefined && again.afterMs < afterMs) ? again : { afterMs };
}

/** Why a run was cancelled. */
export function replacedMessage(by: string): string {
  return `the JobRun was replaced by JobRun "${by}"`;
}

/** The Job has the label of the group in which its run has a place. */
export function withGroupLabel(job: Job, place: Place | undefined): Job {
  if (place?.kind !== 'held') return job;
  const labels = { ...job.metadata?.labels, [LABEL_CONCURRENCY_GROUP]: place.group.hash };
  return { ...job, metadata: { ...job.metadata, labels } };
}
