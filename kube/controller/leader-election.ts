import type { Logger } from 'pino';
import { isAlreadyExists, isConflict } from '../client/api-error.ts';
import { LeaseLock } from './lease-lock.ts';
import type { LeaseCall, LeaseLockOptions } from './lease-lock.ts';
import { sleep } from './sleep.ts';

/** All in milliseconds; the defaults are client-go's. */
export interface LeaseTiming {
  /** Another process takes over when the lease was not renewed for this long, by its own clock. */
  leaseMs: number;
  /** The leader stops leading if it could not renew for this long. */
  renewDeadlineMs: number;
  retryMs: number;
}

/** The source of time. Tests pass their own. */
export interface Clock {
  /** Milliseconds that only grow, whatever happens to the wall clock. */
  monotonic: () => number;
  /** Resolves early, without an error, when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface LeaderElectionOptions extends Pick<LeaseLockOptions, 'namespace' | 'name' | 'identity'> {
  /** Should be a client that nothing else uses: a renewal must not wait for calls that hang. */
  client: LeaseLockOptions['client'];
  logger: Logger;
  onChange?: (isLeader: boolean) => void;
  timing?: LeaseTiming;
  clock?: Clock;
}

/** This process is not the leader any more: it must not write. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

const DEFAULT_TIMING: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
const SYSTEM_CLOCK: Clock = { monotonic: () => performance.now(), sleep };

/**
 * Elects one leader among several processes with a `coordination.k8s.io` Lease, as client-go does. This does not
 * guarantee a single writer: a paused process may believe for a moment longer that it leads. {@link assertHeld} before
 * each write makes that moment short, and the Job's name makes it harmless.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #timing: LeaseTiming;
  readonly #clock: Clock;
  readonly #lock: LeaseLock;
  readonly #stop = new AbortController();
  readonly #lost = new AbortController();
  readonly #acquired = Promise.withResolvers<undefined>();
  #running: Promise<void> | undefined;
  /** When the last successful renewal was sent; `undefined` while not leading. */
  #renewedAt: number | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#timing = options.timing ?? DEFAULT_TIMING;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    const { client, namespace, name, identity } = options;
    const { monotonic } = this.#clock;
    this.#lock = new LeaseLock({ client, namespace, name, identity, leaseMs: this.#timing.leaseMs, monotonic });
    this.#acquired.promise.catch(() => undefined);
  }

  /** Aborts when leadership is lost or released; its reason is a {@link LeadershipLostError}. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** True while the lease is held and its renewal is not overdue. */
  get isLeader(): boolean {
    if (this.#renewedAt === undefined || this.#lost.signal.aborted) return false;
    return this.#clock.monotonic() - this.#renewedAt < this.#timing.renewDeadlineMs;
  }

  /** @throws LeadershipLostError unless this process is the leader at this moment. */
  assertHeld(): void {
    if (!this.isLeader) throw new LeadershipLostError('not the leader any more: nothing may be written');
  }

  /** Starts to apply for the lease; a second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when this process becomes the leader; rejects when it is stopped before. */
  async whenLeading(): Promise<void> {
    await this.#acquired.promise;
  }

  /** Releases the lease, so that another process takes over at once. Call it when no write is in flight. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#acquired.reject(new LeadershipLostError('stopped before leading'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, name, onChange } = this.#options;
    onChange?.(false);
    if (!(await this.#acquire())) return;
    logger.info({ lease: name }, 'leading');
    onChange?.(true);
    this.#acquired.resolve(undefined);
    const overdue = await this.#renewUntilOverdue();
    onChange?.(false);
    this.#lost.abort(
      new LeadershipLostError(overdue ? 'the lease could not be renewed in time' : 'the lease was released'),
    );
    this.#renewedAt = undefined;
    if (overdue) logger.error({ lease: name }, 'lost the lease');
    else await this.#release();
  }

  async #acquire(): Promise<boolean> {
    while (!this.#stopped()) {
      if (await this.#try()) return true;
      // Random, so that candidates do not try in step. Never longer than `retryMs`, so that a released lease is taken
      // within three seconds.
      await this.#clock.sleep(this.#timing.retryMs * (1 - 0.2 * Math.random()), this.#stop.signal);
    }
    return false;
  }

  /** @returns true when renewal is overdue, false when stopped. */
  async #renewUntilOverdue(): Promise<boolean> {
    let triedAt = this.#clock.monotonic();
    while (!this.#stopped()) {
      // Measured from the start of one try to the start of the next: after a slow try, the next follows at once.
      const waitMs = Math.max(0, triedAt + this.#timing.retryMs - this.#clock.monotonic());
      await this.#clock.sleep(waitMs, this.#stop.signal);
      if (this.#stopped()) return false;
      triedAt = this.#clock.monotonic();
      const left = this.#leftMs();
      if (left <= 0) return true;
      // A request that hangs must not delay the deadline. A response after the deadline changes nothing.
      const answered = new AbortController();
      const renewed = await Promise.race([this.#try(left), this.#overdue(left, answered.signal)]);
      answered.abort();
      if (renewed === 'overdue' || (!renewed && this.#leftMs() <= 0)) return true;
      if (!renewed && this.#lock.isHeldByAnother) return true;
    }
    return false;
  }

  async #overdue(left: number, answered: AbortSignal): Promise<'overdue' | false> {
    await this.#clock.sleep(left, AbortSignal.any([this.#stop.signal, answered]));
    return this.#stopped() ? false : 'overdue';
  }

  #leftMs(): number {
    return (this.#renewedAt ?? -Infinity) + this.#timing.renewDeadlineMs - this.#clock.monotonic();
  }

  /**
   * Tries once to take or renew the lease. Never throws: the caller tries again. A request gets at most half of the renew
   * deadline. So there is time for another one after a request that hangs.
   */
  async #try(leftMs = Infinity): Promise<boolean> {
    const sentAt = this.#clock.monotonic();
    const { name, logger } = this.#options;
    const call = { timeoutMs: Math.min(leftMs, this.#timing.renewDeadlineMs / 2), signal: this.#stop.signal };
    try {
      const written = await this.#lock.takeOrRenew(call, { leading: this.#renewedAt !== undefined });
      if (!written || this.#lost.signal.aborted) return false;
      this.#lock.remember(written);
      this.#renewedAt = sentAt;
      return true;
    } catch (err) {
      const raced = isConflict(err) || isAlreadyExists(err) || this.#stopped();
      logger[raced ? 'debug' : 'warn']({ err, lease: name }, 'could not take or renew the lease');
      if (isConflict(err)) await this.#look(call);
      return false;
    }
  }

  async #look(call: LeaseCall): Promise<void> {
    try {
      await this.#lock.look(call);
    } catch (err) {
      this.#options.logger.debug({ err }, 'could not read the lease');
    }
  }

  async #release(): Promise<void> {
    const { name, logger } = this.#options;
    try {
      if (await this.#lock.release()) logger.info({ lease: name }, 'released the lease');
    } catch (err) {
      logger.warn({ err, lease: name }, 'could not release the lease; it expires by itself');
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }
}
