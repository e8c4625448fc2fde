import type { V1Lease } from '@kubernetes/client-node';
import { LEASES } from '../../api/resources.ts';
import type { Wire } from '../../api/wire.ts';
import { isConflict, isNotFound } from '../client/api-error.ts';
import type { KubeClient } from '../client/client.ts';
import type { CallOptions } from '../client/request-options.ts';

type Lease = Wire<V1Lease>;

export interface LeaseLockOptions {
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  namespace: string;
  name: string;
  /** Unique for each process. */
  identity: string;
  /** Duration that is written into the lease, and assumed for a lease without one. */
  leaseMs: number;
  /** Milliseconds that only grow. */
  monotonic: () => number;
}

const RELEASE_CALL: CallOptions = { timeoutMs: 3_000 };
const RELEASE_ATTEMPTS = 3;

/** Limits of one request. */
export interface LeaseCall {
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * A `coordination.k8s.io` Lease as one candidate reads and writes it. As in client-go, no wall clock is trusted: a
 * lease is expired when this process did not see it change for its duration.
 */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  /** The lease as last seen, and the time on the monotonic clock when this process saw it change. */
  #seen: { lease: Lease; at: number } | undefined;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
  }

  /** True if the lease, as last seen, names another process as its holder. */
  get isHeldByAnother(): boolean {
    const holder = this.#seen?.lease.spec?.holderIdentity ?? '';
    return holder !== '' && holder !== this.#options.identity;
  }

  /**
   * Creates, takes or renews the lease. A leader renews it without reading it first: its own last version is most
   * likely the current one.
   *
   * @returns the lease as written, or `undefined` while another process holds it.
   */
  async takeOrRenew(call: LeaseCall, { leading }: { leading: boolean }): Promise<Lease | undefined> {
    const renewed = leading ? await this.#renewAsSeen(call) : undefined;
    return renewed ?? this.#takeAsRead(call);
  }

  /** Remembers the lease that {@link takeOrRenew} returned. */
  remember(written: Lease): void {
    this.#seen = { lease: written, at: this.#options.monotonic() };
  }

  /** Reads the lease, to learn who holds it. */
  async look(call: LeaseCall): Promise<void> {
    await this.#read(call);
  }

  /**
   * Writes the lease without a holder. An aborted renewal may still have been written, so the last seen version may be
   * old. Then the release is repeated with the current version.
   *
   * @returns false if this process does not hold the lease.
   */
  async release(): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const lease = this.#seen?.lease;
      if (lease?.spec?.holderIdentity !== this.#options.identity) return false;
      try {
        await this.#replaceBy(released(lease), RELEASE_CALL);
        return true;
      } catch (error) {
        if (!isConflict(error) || attempt === RELEASE_ATTEMPTS) throw error;
        await this.#read(RELEASE_CALL);
      }
    }
  }

  /** @returns `undefined` if somebody changed or deleted the lease. */
  async #renewAsSeen(call: LeaseCall): Promise<Lease | undefined> {
    const lease = this.#seen?.lease;
    if (lease?.spec?.holderIdentity !== this.#options.identity) return undefined;
    try {
      return await this.#replace(lease, call);
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #takeAsRead(call: LeaseCall): Promise<Lease | undefined> {
    const { client, namespace } = this.#options;
    const lease = await this.#read(call);
    if (!lease) return client.create<Lease>(LEASES, namespace, this.#claim(undefined), call);
    return this.#isHeldByLiveOther(lease) ? undefined : this.#replace(lease, call);
  }

  #replace(lease: Lease, call: LeaseCall): Promise<Lease> {
    return this.#replaceBy(this.#claim(lease), call);
  }

  #replaceBy(lease: Lease, call: CallOptions): Promise<Lease> {
    const { client, namespace, name } = this.#options;
    return client.replace<Lease>(LEASES, { namespace, name }, lease, call);
  }

  async #read(call: CallOptions): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      const lease = await client.get<Lease>(LEASES, { namespace, name }, call);
      const known = this.#seen?.lease.metadata?.resourceVersion;
      if (known === undefined || known !== lease.metadata?.resourceVersion) this.remember(lease);
      return lease;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #isHeldByLiveOther(lease: Lease): boolean {
    const { identity, leaseMs, monotonic } = this.#options;
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
    if (holderIdentity === '' || holderIdentity === identity) return false;
    const durationMs = leaseDurationSeconds === undefined ? leaseMs : leaseDurationSeconds * 1000;
    return monotonic() - (this.#seen?.at ?? 0) < durationMs;
  }

  #claim(lease: Lease | undefined): Lease {
    const { namespace, name, identity, leaseMs } = this.#options;
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
        leaseDurationSeconds: Math.ceil(leaseMs / 1000),
        renewTime: now,
        acquireTime: mine ? (spec.acquireTime ?? now) : now,
        leaseTransitions: (spec?.leaseTransitions ?? -1) + (mine ? 0 : 1),
      },
    };
  }
}

/** The same lease, held by nobody. */
function released(lease: Lease): Lease {
  const now = microTime();
  const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
  return { ...lease, spec: spec };
}

/** Now, as Kubernetes' MicroTime. For people to read only. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
