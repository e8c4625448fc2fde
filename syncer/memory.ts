import type { JobRun, RenderedTemplate } from '../api/job-run.ts';
import type { Job } from '../api/wire.ts';
import type { Observation } from '../core/job/job-run-status.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../core/template/template-key.ts';
import { keyOf } from '../kube/watch/object-key.ts';

/** A Job that was made or adopted, and the template it was rendered from where that is known. */
export interface MadeJob {
  job: Job;
  template: RenderedTemplate | undefined;
  /** When it was noted, in milliseconds of `performance.now()`. */
  at: number;
}

/**
 * A namespace that ends never takes a Job again. But an API server that has not seen yet that a new one took its place
 * says so wrongly, for a moment: a run asks again after this time (milliseconds) to twice this time, so that many that
 * are stuck with their namespace do not come back at once.
 */
const ENDING_MS = 60_000;

/** Why a run gets no Job, and how long nobody need be asked, in milliseconds. */
export interface Barred {
  observation: Observation;
  afterMs: number;
}

/**
 * What the syncer knows beyond the caches while it runs. Losing it costs nothing but a live read; keeping it closes the
 * gaps between a write, its answer and the watch.
 */
export class Memory {
  /** By run uid: Jobs made whose name is not in the run's status yet. A run in it gets no second Job. */
  readonly #made = new Map<string, MadeJob>();
  /** By run uid: the generation of the spec that its Job is like, until the status says so. */
  readonly #carried = new Map<string, number>();
  /** By run uid: the last state of Jobs that went away before their run ended; it may hold the outcome. */
  readonly #gone = new Map<string, Job>();
  /** By run uid: why its namespace takes no Job, and until when, in milliseconds of `performance.now()`, that is believed. */
  readonly #barred = new Map<string, { observation: Observation; until: number }>();
  /** By run uid: since when, in milliseconds of `performance.now()`, its status lacks a passing change. */
  readonly #untold = new Map<string, number>();
  /** By template key: the runs that wait for it. */
  readonly #waiting = new Map<string, Set<string>>();

  made(run: JobRun): MadeJob | undefined {
    return this.#made.get(run.metadata.uid ?? '');
  }

  rememberMade(run: JobRun, made: Omit<MadeJob, 'at'>): void {
    this.#made.set(run.metadata.uid ?? '', { ...made, at: performance.now() });
  }

  /**
   * The generation of the run's spec that was last carried over to its Job. A run begins with 1, and its status tells
   * the rest.
   */
  carried({ metadata, status }: JobRun): number {
    return this.#carried.get(metadata.uid ?? '') ?? status?.observedGeneration ?? 1;
  }

  /** The Job was made of this version of the run, or changed as it says. */
  rememberCarried({ metadata }: JobRun): void {
    this.#carried.set(metadata.uid ?? '', metadata.generation ?? 1);
  }

  gone(run: JobRun): Job | undefined {
    return this.#gone.get(run.metadata.uid ?? '');
  }

  rememberGone(run: JobRun, job: Job): void {
    this.#gone.set(run.metadata.uid ?? '', job);
  }

  /** What {@link bar} was told of this run, while that is believed. */
  barred({ metadata: { uid = '' } }: JobRun): Barred | undefined {
    const barred = this.#barred.get(uid);
    if (!barred) return undefined;
    const afterMs = Math.ceil(barred.until - performance.now());
    if (afterMs > 0) return { observation: barred.observation, afterMs };
    this.#barred.delete(uid);
    return undefined;
  }

  /** The run's namespace is being deleted, and refused its Job for that. */
  bar({ metadata: { uid = '' } }: JobRun, observation: Observation): Barred {
    const afterMs = Math.ceil(ENDING_MS * (1 + Math.random()));
    this.#barred.set(uid, { observation, until: performance.now() + afterMs });
    return { observation, afterMs };
  }

  /** Since when the run's status lacks a passing change: now, if this is the first. */
  untoldSince({ metadata: { uid = '' } }: JobRun): number {
    const since = this.#untold.get(uid) ?? performance.now();
    this.#untold.set(uid, since);
    return since;
  }

  /** The run's status says all that is known. */
  told({ metadata }: JobRun): void {
    this.#untold.delete(metadata.uid ?? '');
  }

  /** The run's status names its Job now. */
  recorded(run: JobRun): void {
    this.#made.delete(run.metadata.uid ?? '');
    this.#carried.delete(run.metadata.uid ?? '');
  }

  /** The run ended or is gone. */
  forget(run: JobRun): void {
    this.recorded(run);
    this.told(run);
    this.#gone.delete(run.metadata.uid ?? '');
    this.#barred.delete(run.metadata.uid ?? '');
    const templateKey = templateKeyString(templateKeyOfRun(run));
    const waiting = this.#waiting.get(templateKey);
    waiting?.delete(keyOf(run.metadata));
    if (waiting?.size === 0) this.#waiting.delete(templateKey);
  }

  /** Remembers that a run waits for its template. Call it before the last look for the template. */
  wait(run: JobRun): void {
    const templateKey = templateKeyString(templateKeyOfRun(run));
    const runs = this.#waiting.get(templateKey);
    if (runs) runs.add(keyOf(run.metadata));
    else this.#waiting.set(templateKey, new Set([keyOf(run.metadata)]));
  }

  /** The runs that wait for this template, as `namespace/name`; they do not any more. */
  takeWaiting(template: TemplateKey): Iterable<string> {
    const templateKey = templateKeyString(template);
    const runs = this.#waiting.get(templateKey) ?? [];
    this.#waiting.delete(templateKey);
    return runs;
  }
}
