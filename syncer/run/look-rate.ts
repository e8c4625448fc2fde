import type { Clock } from '../clock.ts';

const PER_SECOND = 10;
/** One namespace cannot use all looks. */
const PER_SECOND_OF_NAMESPACE = 5;

/** Limits how many Jobs are looked at in a second: in all, and of one namespace. */
export class LookRate {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Of the present second. */
  #second = -Infinity;
  #taken = 0;
  readonly #takenOf = new Map<string, number>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Counts a look, if one more is permitted now. */
  takes(namespace: string): boolean {
    this.#startSecond();
    const taken = this.#takenOf.get(namespace) ?? 0;
    if (this.#taken >= PER_SECOND || taken >= PER_SECOND_OF_NAMESPACE) return false;
    this.#taken += 1;
    this.#takenOf.set(namespace, taken + 1);
    return true;
  }

  #startSecond(): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second === this.#second) return;
    this.#second = second;
    this.#taken = 0;
    this.#takenOf.clear();
  }
}
