import type { V1Lease } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { LEASES } from '../../api/resources.ts';
import type { Wire } from '../../api/wire.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import { sleep } from './sleep.ts';

type Lease = Wire<V1Lease>;

/** All in milliseconds; the defaults are client-go's. */
export interface LeaseTiming {
  /** Others take over when the lease was not renewed for this long, by their own clocks. */
  leaseMs: number;
  /** The leader gives up when it could not renew for this long. */
  renewDeadlineMs: number;
  retryMs: number;
}

/** Where time comes from: a test brings its own. */
export interface Clock {
  /** Milliseconds that only grow, whatever happens to the wall clock. */
  monotonic: () => number;
  /** Ends early, without an error, when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface LeaderElectionOptions {
  /** Best one of its own: a renewal must not wait for calls that hang. */
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  namespace: string;
  name: string;
  /** Differs for each process. */
  identity: string;
  logger: Logger;
  onChange?: (isLeader: boolean) => void;
  timing?: LeaseTiming;
  clock?: Clock;
}

interface Call {
  timeoutMs: number;
  signal: AbortSignal;
}

/** A term of leadership was lost: whatever was to be written, must not be. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

const DEFAULT_TIMING: LeaseTiming = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
const SYSTEM_CLOCK: Clock = { monotonic: () => performance.now(), sleep };

/**
 * One of several processes leads, by a `coordination.k8s.io` Lease, as client-go does it: nobody's wall clock is
 * trusted, a lease is old when it did not change for its duration by one's own monotonic clock. It does not promise a
 * single writer: a paused process may believe for a moment longer. {@link assertHeld} before each write narrows that
 * down, and the Job's name closes it.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #timing: LeaseTiming;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #lost = new AbortController();
  readonly #acquired = Promise.withResolvers<undefined>();
  #running: Promise<void> | undefined;
  /** The lease as last seen, and when, by the monotonic clock, it was seen to change. */
  #seen: { lease: Lease; at: number } | undefined;
  /** When the last successful renewal was sent, or nothing while not leading. */
  #renewedAt: number | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#timing = options.timing ?? DEFAULT_TIMING;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#acquired.promise.catch(() => undefined);
  }

  /** Aborts when leadership was lost or given up; its reason is a {@link LeadershipLostError}. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** True while the lease is held and its renewal is not overdue. */
  get isLeader(): boolean {
    if (this.#renewedAt === undefined || this.#lost.signal.aborted) return false;
    return this.#clock.monotonic() - this.#renewedAt < this.#timing.renewDeadlineMs;
  }

  /** @throws LeadershipLostError unless this process leads at this moment. */
  assertHeld(): void {
    if (!this.isLeader) throw new LeadershipLostError('not the leader any more: nothing may be written');
  }

  /** Begins to apply for the lease; a second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when this process became the leader; rejects when it was stopped before. */
  async whenLeading(): Promise<void> {
    await this.#acquired.promise;
  }

  /** Gives the lease up, so that another process takes over at once. Call it when nothing is being written any more. */
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
      new LeadershipLostError(overdue ? 'the lease could not be renewed in time' : 'the lease was given up'),
    );
    this.#renewedAt = undefined;
    if (overdue) logger.error({ lease: name }, 'lost the lease');
    else await this.#release();
  }

  async #acquire(): Promise<boolean> {
    while (!this.#stopped()) {
      if (await this.#try()) return true;
      // Not all in step, and none later than this: a lease that is given up is to be taken within three seconds.
      await this.#clock.sleep(this.#timing.retryMs * (1 - 0.2 * Math.random()), this.#stop.signal);
    }
    return false;
  }

  /** @returns true when renewal was overdue, false when stopped. */
  async #renewUntilOverdue(): Promise<boolean> {
    let triedAt = this.#clock.monotonic();
    while (!this.#stopped()) {
      // Counted from one try to the next: one that took longer than this is followed by another at once.
      const waitMs = Math.max(0, triedAt + this.#timing.retryMs - this.#clock.monotonic());
      await this.#clock.sleep(waitMs, this.#stop.signal);
      if (this.#stopped()) return false;
      triedAt = this.#clock.monotonic();
      const left = this.#leftMs();
      if (left <= 0) return true;
      // A call that hangs must not keep the deadline from being noticed, and one that ends after it changes nothing.
      const answered = new AbortController();
      const renewed = await Promise.race([this.#try(left), this.#overdue(left, answered.signal)]);
      answered.abort();
      if (renewed === 'overdue' || (!renewed && this.#leftMs() <= 0)) return true;
      if (!renewed && this.#holderIsAnother()) return true;
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
   * One attempt to take or renew the lease. Never throws: every failure is another attempt's. A request gets half of the
   * time in which the lease must be renewed, at most: one that hangs leaves time for another.
   */
  async #try(leftMs = Infinity): Promise<boolean> {
    const sentAt = this.#clock.monotonic();
    const { name, logger } = this.#options;
    const call = { timeoutMs: Math.min(leftMs, this.#timing.renewDeadlineMs / 2), signal: this.#stop.signal };
    try {
      const written = (await this.#renewAsSeen(call)) ?? (await this.#takeOrRenew(call));
      if (!written) return false;
      if (this.#lost.signal.aborted) return false;
      this.#seen = { lease: written, at: this.#clock.monotonic() };
      this.#renewedAt = sentAt;
      return true;
    } catch (err) {
      const raced = isConflict(err) || isAlreadyExists(err) || this.#stopped();
      logger[raced ? 'debug' : 'warn']({ err, lease: name }, 'could not take or renew the lease');
      if (isConflict(err)) await this.#look(call);
      return false;
    }
  }

  /** A leader's own last version is most likely the present one. `undefined` when it is not, or nobody leads here. */
  async #renewAsSeen(call: Call): Promise<Lease | undefined> {
    const lease = this.#seen?.lease;
    if (this.#renewedAt === undefined || lease?.spec?.holderIdentity !== this.#options.identity) return undefined;
    try {
      return await this.#replace(lease, call);
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** `undefined` when somebody else holds it. */
  async #takeOrRenew(call: Call): Promise<Lease | undefined> {
    const { client, namespace } = this.#options;
    const lease = await this.#read(call);
    if (!lease) return client.create<Lease>(LEASES, namespace, this.#claim(undefined), call);
    return this.#heldByLiveOther(lease) ? undefined : this.#replace(lease, call);
  }

  #replace(lease: Lease, call: Call): Promise<Lease> {
    const { client, namespace, name } = this.#options;
    return client.replace<Lease>(LEASES, { namespace, name }, this.#claim(lease), call);
  }

  async #look(call: Call): Promise<void> {
    try {
      await this.#read(call);
    } catch (err) {
      this.#options.logger.debug({ err }, 'could not read the lease');
    }
  }

  async #read(call: Call): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      const lease = await client.get<Lease>(LEASES, { namespace, name }, call);
      const known = this.#seen?.lease.metadata?.resourceVersion;
      if (known === undefined || known !== lease.metadata?.resourceVersion) {
        this.#seen = { lease, at: this.#clock.monotonic() };
      }
      return lease;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #heldByLiveOther(lease: Lease): boolean {
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return false;
    const durationMs = leaseDurationSeconds === undefined ? this.#timing.leaseMs : leaseDurationSeconds * 1000;
    return this.#clock.monotonic() - (this.#seen?.at ?? 0) < durationMs;
  }

  #holderIsAnother(): boolean {
    const holder = this.#seen?.lease.spec?.holderIdentity ?? '';
    return holder !== '' && holder !== this.#options.identity;
  }

  #claim(lease: Lease | undefined): Lease {
    const { namespace, name, identity } = this.#options;
    const now = microTime();
    const spec = lease?.spec;
    const mine = spec?.holderIdentity === identity;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: lease?.metadata ?? { namespace, name },
      spec: {
        ...spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(this.#timing.leaseMs / 1000),
        renewTime: now,
        acquireTime: mine ? (spec.acquireTime ?? now) : now,
        leaseTransitions: (spec?.leaseTransitions ?? -1) + (mine ? 0 : 1),
      },
    };
  }

  async #release(): Promise<void> {
    const { client, namespace, name, identity, logger } = this.#options;
    const lease = this.#seen?.lease;
    if (lease?.spec?.holderIdentity !== identity) return;
    const now = microTime();
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
    try {
      const released = { ...lease, spec: spec as NonNullable<Lease['spec']> };
      await client.replace<Lease>(LEASES, { namespace, name }, released, { timeoutMs: 3_000 });
      logger.info({ lease: name }, 'gave the lease up');
    } catch (err) {
      logger.warn({ err, lease: name }, 'could not give the lease up; it runs out by itself');
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }
}

/** Now, as Kubernetes' MicroTime. For people to read only. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
