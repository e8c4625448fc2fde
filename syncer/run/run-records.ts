import type { JobRun } from '../../api/job-run.ts';
import type { RunRecord } from '../../core/run/situation.ts';
import { templateKeyOfRun, templateKeyString, type TemplateKey } from '../../core/template/template-key.ts';
import { keyOf } from '../../kube/watch/object-key.ts';

const EMPTY: Readonly<RunRecord> = Object.freeze({});

/**
 * What the syncer remembers of unfinished runs, beyond its caches. Losing it costs a live read at most. It covers the
 * time between a write, its answer, and the event of the watch.
 */
export class RunRecords {
  /** By the uid of the run. A run without anything to remember has no record. */
  readonly #records = new Map<string, RunRecord>();
  /** By template: the keys of the runs that wait for it. */
  readonly #waiting = new Map<string, Set<string>>();

  get size(): number {
    return this.#records.size;
  }

  get({ metadata: { uid = '' } }: JobRun): Readonly<RunRecord> {
    return this.#records.get(uid) ?? EMPTY;
  }

  /** Changes the given fields. `undefined` removes a field. */
  update(run: JobRun, change: RunRecord): void {
    const { uid = '' } = run.metadata;
    const fields = Object.entries({ ...this.#records.get(uid), ...change }).filter(([, value]) => value !== undefined);
    if (fields.length === 0) this.#records.delete(uid);
    else this.#records.set(uid, Object.fromEntries(fields));
  }

  /** Removes everything. The run finished or was deleted. */
  forget(run: JobRun): void {
    this.#records.delete(run.metadata.uid ?? '');
    const template = templateKeyString(templateKeyOfRun(run));
    const waiting = this.#waiting.get(template);
    waiting?.delete(keyOf(run.metadata));
    if (waiting?.size === 0) this.#waiting.delete(template);
  }

  /** Records that a run waits for its template. Call this before the last read, so that no new template is missed. */
  waitForTemplate(run: JobRun): void {
    const template = templateKeyString(templateKeyOfRun(run));
    const runs = this.#waiting.get(template);
    if (runs) runs.add(keyOf(run.metadata));
    else this.#waiting.set(template, new Set([keyOf(run.metadata)]));
  }

  /** Returns the keys of the runs that wait for this template, and removes them from the waiting runs. */
  takeWaiting(template: TemplateKey): Iterable<string> {
    const key = templateKeyString(template);
    const runs = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return runs;
  }
}
