import { LABEL_CONCURRENCY_GROUP } from '../../api/names.ts';
import { LEASES } from '../../api/resources.ts';
import { contentOf, leaseNameOf, leaseOf } from '../../core/concurrency/group-lease.ts';
import type { HolderEntry, Lease } from '../../core/concurrency/group-lease.ts';
import type { Group } from '../../core/concurrency/group.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { guarded, type WriteGuard } from '../write-guard.ts';

/** The version of a Lease that was read or written. */
export interface LeaseVersion {
  uid: string;
  resourceVersion: string;
}

/** A group as its Lease was read or written. */
export interface StoredGroup {
  group: Group;
  holders: HolderEntry[];
  version: LeaseVersion;
}

export interface GroupLeasesOptions {
  client: Pick<KubeClient, 'get' | 'list' | 'create' | 'replace' | 'delete'>;
  guard: WriteGuard;
  /** That of the release. */
  namespace: string;
}

const PAGE_SIZE = 100;

/** The Lease of a group does not list the runs that have a place. Without that, too many could get one. */
export class UnreadableLeaseError extends Error {
  override readonly name = 'UnreadableLeaseError';
}

/** The Leases of the groups that have runs under way. Each write is for exactly the version that was read. */
export class GroupLeases {
  readonly #options: GroupLeasesOptions;

  constructor(options: GroupLeasesOptions) {
    this.#options = options;
  }

  /**
   * All groups that are stored, a page at a time. Without those whose Lease cannot be read: such a Lease blocks its group
   * when a run of it gets a place, in {@link read}.
   */
  async *list(): AsyncGenerator<StoredGroup> {
    const { client, namespace } = this.#options;
    let next: string | undefined;
    do {
      const selection = { namespace, labelSelector: LABEL_CONCURRENCY_GROUP, limit: PAGE_SIZE, continue: next };
      const page = await client.list<Lease>(LEASES, selection);
      for (const lease of page.items) {
        const content = contentOf(lease);
        if (content) yield { group: content, holders: content.holders, version: versionOf(lease) };
      }
      next = page.metadata.continue;
    } while (next !== undefined && next !== '');
  }

  /**
   * @throws UnreadableLeaseError; or another error if the Lease is that of another group
   */
  async read(group: Group): Promise<StoredGroup | undefined> {
    const { client, namespace } = this.#options;
    try {
      const lease = await client.get<Lease>(LEASES, { namespace, name: leaseNameOf(group) });
      const content = contentOf(lease);
      const called = `Lease ${namespace}/${leaseNameOf(group)}`;
      if (!content) {
        throw new UnreadableLeaseError(
          `${called} does not list the runs that have a place, so no run gets one; repair or delete the Lease`,
        );
      }
      if (content.id !== group.id) throw new Error(`${called} is that of another group`);
      return { group, holders: content.holders, version: versionOf(lease) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /**
   * Stores who has a place.
   *
   * @param version that was read or written last; `undefined` if there is no Lease
   * @throws AlreadyExists, Conflict or NotFound if the Lease is another one now
   */
  async write(group: Group, holders: readonly HolderEntry[], version: LeaseVersion | undefined): Promise<LeaseVersion> {
    const { client, guard, namespace } = this.#options;
    const lease = leaseOf(group, holders);
    const options = guarded(guard);
    if (!version) return versionOf(await client.create<Lease>(LEASES, namespace, lease, options));
    const key = { namespace, name: leaseNameOf(group) };
    const body = { ...lease, metadata: { ...lease.metadata, ...version } };
    return versionOf(await client.replace<Lease>(LEASES, key, body, options));
  }

  /** Deletes exactly this version. @throws Conflict if the Lease has changed. */
  async remove(group: Group, { uid, resourceVersion }: LeaseVersion): Promise<void> {
    const { client, guard, namespace } = this.#options;
    const options = { preconditions: { uid, resourceVersion }, ...guarded(guard) };
    try {
      await client.delete(LEASES, { namespace, name: leaseNameOf(group) }, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function versionOf({ metadata: { uid = '', resourceVersion = '' } = {} }: Lease): LeaseVersion {
  return { uid, resourceVersion };
}
