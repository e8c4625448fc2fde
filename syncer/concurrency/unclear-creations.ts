import type { Clock } from '../clock.ts';

/**
 * For how long an API server can still carry out a request that it did not answer. Its own limit is one minute
 * (`--request-timeout`).
 */
const STORED_WITHIN_MS = 90_000;

interface Unclear {
  /** On the monotonic clock. */
  untilMs: number;
  isOurs: boolean;
}

/**
 * The runs with a place whose Job may still be stored, though nobody sees it: its creation was not answered, or another
 * process may have sent one before this process led. Such a run keeps its place, also if it has finished.
 */
export class UnclearCreations {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #unclear = new Map<string, Unclear>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** This process has sent a creation, and does not know what became of it. */
  sent(uid: string): void {
    this.#unclear.set(uid, { untilMs: this.#clock.monotonic() + STORED_WITHIN_MS, isOurs: true });
  }

  /** Another process has created its Job until now, or may do so. */
  inherited(uid: string): void {
    const { isOurs = false } = this.#unclear.get(uid) ?? {};
    this.#unclear.set(uid, { untilMs: this.#clock.monotonic() + STORED_WITHIN_MS, isOurs });
  }

  /** The run has no place any more. */
  forget(uid: string): void {
    this.#unclear.delete(uid);
  }

  /**
   * For how long it is unclear whether the Job of the run will exist.
   *
   * @param isDeleted the run was deleted: the garbage collector removes a Job that another process creates for it
   */
  leftMs(uid: string, { isDeleted = false } = {}): number {
    const known = this.#unclear.get(uid);
    if (!known || (isDeleted && !known.isOurs)) return 0;
    return Math.max(0, Math.ceil(known.untilMs - this.#clock.monotonic()));
  }
}
