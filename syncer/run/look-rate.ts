import type { Clock } from '../clock.ts';

const PER_SECOND = 10;
/** One namespace cannot use all looks. */
const PER_SECOND_OF_NAMESPACE = 5;

/** Limits how many Jobs are looked at in a second: in all, and of one namespace. */
export class LookRate {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** The present one. */
  #second = -Infinity;
  #taken = 0;
  /** Looks of this second that only the limit of all namespaces delays: one namespace cannot delay the others for long. */
  #refused = 0;
  /** By namespace: the looks of this second that were wanted. */
  readonly #wantedOf = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /**
   * Counts a look, if one more is permitted now: then 0. Otherwise, how long to wait. Those that come too early are spread
   * over the following seconds in their order, so that each seldom has to wait twice.
   */
  delayMs(namespace: string): number {
    this.#startSecond();
    const wanted = this.#wantedOf.get(namespace) ?? 0;
    this.#wantedOf.set(namespace, wanted + 1);
    if (wanted >= PER_SECOND_OF_NAMESPACE) return Math.floor(wanted / PER_SECOND_OF_NAMESPACE) * 1_000;
    if (this.#taken >= PER_SECOND) {
      this.#refused += 1;
      return Math.ceil(this.#refused / PER_SECOND) * 1_000;
    }
    this.#taken += 1;
    return 0;
  }

  #startSecond(): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#taken = 0;
    this.#refused = 0;
    this.#wantedOf.clear();
  }
}
