import type { JobRun } from '../../api/job-run.ts';
import type { Failure } from '../../api/failure.ts';
import type { RenderedTemplate } from '../../api/rendered-template.ts';
import type { Job } from '../../api/wire.ts';
import type { SeenPods } from '../pods/seen-pods.ts';
import type { ResultsOutcome } from '../results/results-outcome.ts';
import type { TemplateOutline } from '../template/outline.ts';
import type { TemplateVersion } from '../template/template-version.ts';
import type { Place } from './place-step.ts';
import type { MissingTemplateRules } from './template-wait.ts';

/** One moment on two clocks, in milliseconds. */
export interface Moment {
  /** Since the Unix epoch. Can jump when the system clock is set. */
  epochMs: number;
  /** Monotonic, from an arbitrary start. For durations. */
  monotonicMs: number;
}

/** Everything that decides the next step of one unfinished JobRun. */
export interface Situation {
  now: Moment;
  /** The newest known version. */
  run: JobRun;
  /** The newest known state of the run's own Job; absent if neither the cache nor an answer has it. */
  job?: Job | undefined;
  /** Whether the watch reports changes of `job`. */
  isJobWatched: boolean;
  /** What the run's Job is rendered from; absent if the caches do not have it and it was not read. */
  template?: TemplateResolution | undefined;
  /** The template as it is now, for how it treats its runs; absent if it was deleted. */
  outline?: Pick<TemplateOutline, 'runs'> | undefined;
  /** Its place among the runs that are under way; absent if their number is not limited. */
  place?: Place | undefined;
  record: Readonly<RunRecord>;
  answers: Answers;
  rules: MissingTemplateRules;
  /** Whether this syncer reads Pods. */
  readsPods: boolean;
  /** Whether the end of the output of failed containers is retained in the status of their Pods. */
  keepsLogEnds: boolean;
}

/** What the syncer remembers about a run, besides its caches, until the process exits. */
export interface RunRecord {
  /** Set once a Job was created or adopted, until the status of the run names it. The run gets no second Job. */
  created?: CreatedJob | undefined;
  /** The generation of the run whose `spec.suspend` its Job has, until the status reports it. */
  appliedGeneration?: number | undefined;
  /** The last state of the run's Job, if it was deleted before the run finished. It may contain the outcome. */
  deletedJob?: Job | undefined;
  /** The watch did not report that deletion: the Job may have changed after the state that is remembered. */
  deletedUnseen?: boolean | undefined;
  /** No Job is created for now: the namespace is being deleted, or the API server did not answer in time. */
  blocked?: Blocked | undefined;
  /** How many creations of the Job got no answer in time. */
  timeouts?: number | undefined;
  /** How many creations of the Job were refused for a time, while the run had a place in its concurrency group. */
  refusals?: number | undefined;
  /** Since when the status lacks a passing change, on the monotonic clock. */
  changePendingSinceMs?: number | undefined;
  /** When the Pods of the run are read, because none is ready. */
  look?: Look | undefined;
  /** What the Pods said about failed attempts, when they were read last. */
  failure?: SeenFailure | undefined;
  /** What became of the results of the run, until its final status is stored. */
  results?: ResultsOutcome | undefined;
}

export interface SeenFailure {
  /** Changes when more attempts have failed, and when the Job has decided to fail. */
  key: number;
  failure: Failure | undefined;
}

/** The next look at the Pods of a run. */
export interface Look {
  /** On the monotonic clock. */
  atMs: number;
  /** How long after the last one. */
  delayMs: number;
}

export interface CreatedJob {
  /** What the Job was rendered from, if known. */
  template: RenderedTemplate | undefined;
  /** Of the Job. */
  uid?: string | undefined;
  /** When this was recorded, on the monotonic clock. */
  atMs: number;
}

export interface Blocked {
  reason: string;
  message: string;
  /** No Job is created before this time on the monotonic clock. */
  untilMs: number;
}

/** What the API server answered during the current attempt. The next attempt starts without these answers. */
export interface Answers {
  /** The Job that was last read or written. */
  job?: Job | 'none' | undefined;
  template?: TemplateResolution | undefined;
  /** The Pods of the Job, if they were read; `unknown` if they could not be. */
  pods?: SeenPods | 'unknown' | undefined;
  /** Why the Job could not be created. */
  creation?: CreationProblem | undefined;
  /** Why no run of the concurrency group gets a place. */
  placeProblem?: string | undefined;
  /** The run stays in the line of its concurrency group. */
  waitsInLine?: boolean | undefined;
  /** The Job could not be suspended, resumed or stopped. */
  changeFailed?: boolean | undefined;
}

export type CreationProblem =
  /** Another Job has the name: that of an earlier attempt, or somebody else's. */
  | { kind: 'nameTaken' }
  /** The API server did not answer in time. The Job may exist. The record has the time of the next attempt. */
  | { kind: 'timedOut' }
  /** Nothing was sent: the creations of Jobs in this namespace are slow, and those of other runs go first. */
  | { kind: 'noTurn' }
  /** The Job will never be accepted. */
  | { kind: 'refused'; message: string }
  /** The Job may be accepted later; a person may have to help (quota, permissions). */
  | { kind: 'blocked'; reason: string; message: string };

export type TemplateResolution =
  /** `present`: the template as it is now, if no webhook has judged the run by it. */
  | { kind: 'found'; template: TemplateVersion; present?: TemplateVersion | undefined }
  /** The run names no revision, and its template does not exist. */
  | { kind: 'missing' }
  /** The run names a revision that no longer exists. */
  | { kind: 'lost'; reason: string; message: string };
