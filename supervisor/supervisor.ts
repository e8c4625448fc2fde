import type { Logger } from 'pino';
import type { Child, Exit, Spawn } from './child.ts';

/** The syncer is asked this often. */
const ASK_MS = 2_000;
/** A syncer that leaves so many questions in a row unanswered, a minute's, is hung. */
const UNANSWERED_LIMIT = 30;
/** More than the syncer needs for an orderly stop, less than the grace period of a Pod. */
const STOP_MS = 25_000;
/** The delay before a restart doubles from the first to the last. */
const FIRST_RESTART_MS = 1_000;
const LAST_RESTART_MS = 60_000;
/** After this time without a restart, the delay begins with the first again. */
const STEADY_MS = 300_000;
/** The exit code of a process whose configuration is wrong: to start it again changes nothing. */
const WRONG_CONFIGURATION = 2;

/** Why the syncer was started again. */
export const RESTART_REASONS = ['exited', 'memory', 'unresponsive', 'terminated'] as const;
export type RestartReason = (typeof RESTART_REASONS)[number];

export interface SupervisorOptions {
  spawn: Spawn;
  /** Monotonic milliseconds. */
  clock: () => number;
  logger: Logger;
  /** After this time, the container counts as started in any case. */
  startedAfterMs: number;
  /** The syncer is killed when the container uses more bytes; undefined if the container has no limit. */
  killAbove: number | undefined;
  onRestart?: (reason: RestartReason) => void;
}

/**
 * Keeps one syncer running: starts it again after it exits, uses too much memory or stops answering. All of this happens
 * in `tick`, which the caller calls several times a second.
 */
export class Supervisor {
  /** Resolves with the exit code for the supervisor's own process. */
  readonly finished: Promise<number>;
  readonly #finish: (code: number) => void;
  readonly #options: SupervisorOptions;
  readonly #begunAt: number;
  #child: Child | undefined;
  #spawnedAt = 0;
  #spawnAt: number;
  #restarts = 0;
  #started = false;
  #stopping = false;
  #reason: RestartReason = 'exited';
  #killAt = Infinity;
  #askAt = 0;
  #unanswered = 0;

  constructor(options: SupervisorOptions) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.finished = promise;
    this.#finish = resolve;
    this.#options = options;
    this.#begunAt = options.clock();
    this.#spawnAt = this.#begunAt;
  }

  /** The syncer that runs at the moment, if one does. */
  get child(): Child | undefined {
    return this.#child;
  }

  /** Whether the container counts as started: the syncer was ready once, or has had enough time for it. */
  get started(): boolean {
    return this.#started;
  }

  /** Does what is due: starts the syncer, asks it, kills it. */
  tick(): void {
    const now = this.#options.clock();
    this.#startInAnyCase(now);
    if (this.#child === undefined) {
      if (!this.#stopping && now >= this.#spawnAt) this.#spawn(now);
      return;
    }
    if (now >= this.#killAt) this.#kill(this.#child, 'it did not stop when asked to');
    this.#checkMemory(this.#child);
    if (now >= this.#askAt) this.#ask(this.#child, now);
  }

  /** Lets the syncer complete its work and stop. It is started again, since only the deletion of the Pod is final. */
  terminate(): void {
    if (this.#child === undefined || this.#killAt !== Infinity) return;
    this.#reason = 'terminated';
    this.#killAt = this.#options.clock() + STOP_MS;
    this.#child.kill('SIGTERM');
  }

  /** The same, for ever. `finished` resolves when the syncer has exited. */
  stop(): void {
    this.#stopping = true;
    if (this.#child === undefined) this.#finish(0);
    else this.terminate();
  }

  #startInAnyCase(now: number): void {
    const { startedAfterMs, logger } = this.#options;
    if (this.#started || now - this.#begunAt < startedAfterMs) return;
    this.#started = true;
    logger.warn(
      { seconds: startedAfterMs / 1000 },
      'the syncer is not ready yet; admission does not wait for it longer',
    );
  }

  #spawn(now: number): void {
    this.#spawnedAt = now;
    this.#askAt = now + ASK_MS;
    this.#unanswered = 0;
    this.#killAt = Infinity;
    this.#reason = 'exited';
    this.#child = this.#options.spawn((exit) => {
      this.#exited(exit);
    });
  }

  #exited(exit: Exit): void {
    const { clock, logger, onRestart } = this.#options;
    const reason = this.#reason;
    this.#child = undefined;
    if (this.#stopping) {
      logger.info(exit, 'the syncer has stopped');
      this.#finish(0);
      return;
    }
    if (exit.code === WRONG_CONFIGURATION) {
      this.#finish(WRONG_CONFIGURATION);
      return;
    }
    const now = clock();
    if (now - this.#spawnedAt >= STEADY_MS) this.#restarts = 0;
    const delayMs = Math.min(LAST_RESTART_MS, FIRST_RESTART_MS * 2 ** Math.min(this.#restarts, 30));
    this.#restarts += 1;
    this.#spawnAt = now + delayMs;
    logger.error({ ...exit, reason, delayMs }, 'the syncer has exited and is started again');
    onRestart?.(reason);
  }

  #checkMemory(child: Child): void {
    const { killAbove } = this.#options;
    if (killAbove === undefined || this.#reason === 'memory') return;
    const usedBytes = child.usedBytes();
    if (usedBytes <= killAbove) return;
    this.#reason = 'memory';
    this.#options.logger.error({ usedBytes, killAbove }, 'out of memory: raise the memory limit of the syncer');
    child.kill('SIGKILL');
  }

  #ask(child: Child, now: number): void {
    this.#askAt = now + ASK_MS;
    if (this.#unanswered >= UNANSWERED_LIMIT) {
      this.#reason = 'unresponsive';
      this.#kill(child, 'it does not answer');
      return;
    }
    this.#unanswered += 1;
    child.ask().then(
      (ready) => {
        if (child === this.#child) this.#answered(ready);
      },
      (err: unknown) => {
        this.#options.logger.debug({ err }, 'the syncer did not answer');
      },
    );
  }

  #answered(ready: boolean): void {
    this.#unanswered = 0;
    if (ready) this.#started = true;
  }

  #kill(child: Child, because: string): void {
    this.#killAt = Infinity;
    this.#options.logger.error(`the syncer is killed: ${because}`);
    child.kill('SIGKILL');
  }
}
