import { NoTurnError, WriteTurns } from './write-turns.ts';
import type { Turn, WriteTurnsOptions } from './write-turns.ts';

/**
 * Turns for writes that nearly always are quick, such as those of statuses: it is cheaper to wait for one than to decide
 * again what is to be written. Nobody waits in a namespace that is slow.
 */
export class AwaitedTurns {
  readonly #turns: WriteTurns;
  /** By key: those that wait for a call. */
  readonly #waiting = new Map<string, PromiseWithResolvers<undefined>>();

  constructor(options: WriteTurnsOptions) {
    this.#turns = new WriteTurns({
      ...options,
      onTurn: (key) => {
        if (!this.#wake(key)) options.onTurn?.(key);
      },
    });
  }

  /** The turn of the run with this key. @throws NoTurnError if its namespace is slow; `onTurn` is called later. */
  async take(key: string): Promise<Turn> {
    for (;;) {
      const turn = this.#takeNow(key);
      if (turn) return turn;
      await this.#called(key);
    }
  }

  /** Calls the next waiting runs, if there are turns. Call it after each piece of work: a turn may be unused. */
  next(key: string): void {
    this.#turns.next(key);
  }

  #takeNow(key: string): Turn | undefined {
    try {
      return this.#turns.take(key);
    } catch (error) {
      if (error instanceof NoTurnError && !error.isSlow) return undefined;
      throw error;
    }
  }

  /** Several writes of a run can wait for the same call. Those that come too late for their turn wait again. */
  #called(key: string): Promise<undefined> {
    const waiting = this.#waiting.get(key) ?? Promise.withResolvers<undefined>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  #wake(key: string): boolean {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.resolve(undefined);
    return waiting !== undefined;
  }
}
