import type { RenderedTemplate } from '../../api/rendered-template.ts';
import type { Job } from '../../api/wire.ts';
import type { ConcurrencyPolicy } from '../concurrency/concurrency-policy.ts';
import type { Group } from '../concurrency/group.ts';
import type { Hide } from '../errors/hidden.ts';
import type { PodsPurpose } from '../pods/seen-pods.ts';
import type { ResultsOutcome } from '../results/results-outcome.ts';
import type { Observation } from '../status/job-run-status.ts';
import type { RunEvent } from '../status/status-events.ts';
import type { Look, SeenFailure } from './situation.ts';

/** When to continue: after a growing delay, or after a set time. */
export type Again = 'retry' | { afterMs: number };

/** What is known about the Job of a run, and when to check again. */
export interface Observed {
  observation: Observation;
  again?: Again | undefined;
}

/** What to do next for a run. `nothing`, `wait` and `writeStatus` complete the attempt; another step follows the rest. */
export type Step =
  | { kind: 'nothing'; again?: Again | undefined }
  /** Write no status yet. `changePendingSinceMs`: since when the status lacks a passing change. */
  | { kind: 'wait'; afterMs: number; changePendingSinceMs?: number }
  /** Read the Job of this name from the API server. */
  | { kind: 'readJob'; name: string }
  | { kind: 'readTemplate' }
  /** Get into the line of the runs that wait for a place. */
  | { kind: 'enterLine'; group: Group; concurrency: ConcurrencyPolicy }
  /** Store that the run has a place. The others may have been faster. */
  | { kind: 'takePlace'; group: Group }
  /** Make sure that the run still has its place, and that only this process creates its Job. */
  | { kind: 'confirmPlace'; group: Group }
  /** Give the place away: the run cannot get its Job for now. */
  | { kind: 'yieldPlace'; group: Group }
  /** Wait for a place. Older runs that this one replaces are worked on. */
  | { kind: 'stayInLine' }
  /** `hide`: what a message about this Job must not quote. */
  | { kind: 'createJob'; job: Job; template: RenderedTemplate; hide: Hide }
  /** Create no Job for a time that grows: the API server has refused it for now. */
  | { kind: 'delayCreation'; reason: string; message: string }
  /** An earlier attempt has created this Job. */
  | { kind: 'adoptJob'; job: Job; template: RenderedTemplate | undefined }
  | { kind: 'setSuspend'; job: Job; suspend: boolean; event: RunEvent; hide: Hide }
  /** Stop the Job. `why`: for its annotation. */
  | { kind: 'stopJob'; job: Job; why: string; hide: Hide }
  /** The Job needs no change for this generation of the run. */
  | { kind: 'markApplied'; event?: RunEvent }
  /** Remember when the Pods are read, or that they need not be. */
  | { kind: 'planLook'; look: Look | undefined }
  /** Read the Pods of the Job. `look`: when to read them again. */
  | { kind: 'readPods'; job: Job; look: Look | undefined; purpose: PodsPurpose }
  | { kind: 'rememberFailure'; seen: SeenFailure }
  | { kind: 'rememberResults'; results: ResultsOutcome }
  /** `patch`: merge patch of the status. `job`: the Job that the status is about. */
  | { kind: 'writeStatus'; patch: object; events: RunEvent[]; job: Job | undefined; again: Again | undefined };
