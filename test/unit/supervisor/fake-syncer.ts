import { pino } from 'pino';
import type { Child, Exit } from '../../../supervisor/child.ts';
import { Supervisor, type RestartReason } from '../../../supervisor/supervisor.ts';

const STEP_MS = 100;

/** A supervisor with a clock and a syncer that do only what the test says. */
export class Scene {
  now = 0;
  /** How the running syncer answers: ready, not ready, or not at all. */
  answer: boolean | 'nothing' = true;
  usedBytes = 0;
  spawned = 0;
  /** Whether SIGTERM ends the syncer. */
  stops = true;
  readonly signals: string[] = [];
  readonly restarts: RestartReason[] = [];
  readonly lines: string[] = [];
  readonly supervisor: Supervisor;
  #exit: ((exit: Exit) => void) | undefined;

  constructor(options: { startedAfterMs?: number; killAbove?: number } = {}) {
    this.supervisor = new Supervisor({
      spawn: (onExit) => {
        this.spawned += 1;
        this.#exit = onExit;
        return this.#child();
      },
      clock: () => this.now,
      logger: pino({ base: null }, { write: (line) => this.lines.push((JSON.parse(line) as { msg: string }).msg) }),
      startedAfterMs: options.startedAfterMs ?? 60_000,
      killAbove: options.killAbove,
      onRestart: (reason) => this.restarts.push(reason),
    });
  }

  /** Lets time pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.now + seconds * 1000;
    this.supervisor.tick();
    while (this.now < end) {
      this.now += STEP_MS;
      this.supervisor.tick();
      await Promise.resolve();
    }
    // The last answers arrive.
    await Promise.resolve();
    await Promise.resolve();
  }

  /** The syncer exits. */
  exit(exit: Partial<Exit> = { code: 1 }): void {
    const onExit = this.#exit;
    this.#exit = undefined;
    onExit?.({ code: null, signal: null, ...exit });
  }

  #child(): Child {
    return {
      kill: (signal) => {
        this.signals.push(signal);
        if (signal === 'SIGKILL' || this.stops) this.exit({ signal });
      },
      ask: () => (this.answer === 'nothing' ? Promise.reject(new Error('no answer')) : Promise.resolve(this.answer)),
      usedBytes: () => this.usedBytes,
      metrics: () => Promise.resolve('syncer 1\n'),
    };
  }
}
