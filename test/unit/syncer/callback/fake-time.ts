import type { Timers } from '../../../../kube/controller/timers.ts';

/** Time passes when a test says so. */
export class FakeTime implements Timers {
  ms = 0;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now = (): number => this.ms;

  after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.ms + ms, callback };
    // It is due already: time may have passed since the delay was computed.
    if (ms <= 0) {
      setImmediate(() => {
        if (this.#timers.delete(timer)) callback();
      });
    }
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  pass(ms: number): void {
    this.ms += ms;
    for (const timer of Array.from(this.#timers)) {
      if (timer.at > this.ms || !this.#timers.delete(timer)) continue;
      timer.callback();
    }
  }
}
