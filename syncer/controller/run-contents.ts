import { LRUCache } from 'lru-cache';
import type { JobRun } from '../../api/job-run.ts';

/** Bytes of JSON. In memory an object takes about three times as much. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The whole objects of unfinished runs that were seen last; the cache of the watch has only their outlines. Bounded in
 * bytes: a run that was evicted is read again when it is worked on.
 */
export class RunContents {
  /** By uid: only the last version of a run. */
  readonly #runs: LRUCache<string, JobRun>;

  constructor(maxBytes = MOST_BYTES) {
    this.#runs = new LRUCache({
      maxSize: maxBytes,
      // Every object of the API server has metadata, so the size is never 0.
      sizeCalculation: (run) => Buffer.byteLength(JSON.stringify(run)),
    });
  }

  /** Stores this version of the run. One that alone exceeds the bound is not stored. */
  remember(run: JobRun): void {
    const metadata = { ...run.metadata };
    delete metadata.managedFields;
    this.#runs.set(metadata.uid ?? '', { ...run, metadata });
  }

  /** The whole object of which this is the outline, if it is still stored. */
  of({ metadata: { uid = '', resourceVersion } }: JobRun): JobRun | undefined {
    const run = this.#runs.get(uid);
    return run?.metadata.resourceVersion === resourceVersion ? run : undefined;
  }

  /** The run finished. */
  forget({ metadata: { uid = '' } }: JobRun): void {
    this.#runs.delete(uid);
  }
}
