import { describe, expect, it } from 'vitest';
import { LeaseLock } from '../../../../kube/controller/lease-lock.ts';
import { LeaseStore } from './lease-store.ts';
import type { StoredLease } from './lease-store.ts';

const call = { timeoutMs: 1_000, signal: new AbortController().signal };
const follower = { leading: false };
const leader = { leading: true };

function trial(lease?: StoredLease) {
  const store = new LeaseStore();
  store.lease = lease;
  const clock = { now: 1_000_000 };
  const lock = new LeaseLock({
    client: store.clientOf('a'),
    namespace: 'ns',
    name: 'syncer',
    identity: 'a',
    leaseMs: 14_500,
    monotonic: () => clock.now,
  });
  const take = async (as: { leading: boolean } = follower) => {
    const written = await lock.takeOrRenew(call, as);
    if (written) lock.remember(written);
    return written;
  };
  return { store, clock, lock, take };
}

const heldBy = (holderIdentity: string, spec: StoredLease['spec'] = {}): StoredLease => ({
  metadata: { name: 'syncer', resourceVersion: '0' },
  spec: { holderIdentity, ...spec },
});

describe('LeaseLock', () => {
  it('creates the lease if there is none, with its duration in whole seconds', async () => {
    const { store, take } = trial();
    await take();
    expect(store.lease).toMatchObject({
      metadata: { namespace: 'ns', name: 'syncer' },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 },
    });
  });

  it.each([
    ['nobody', '', 4, 5],
    ['itself, as after a restart', 'a', 4, 4],
  ])('takes a lease held by %s immediately', async (_case, holder, before, after) => {
    const { store, take } = trial(heldBy(holder, { leaseDurationSeconds: 15, leaseTransitions: before }));
    expect(await take()).toBeDefined();
    expect(store.lease!.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: after });
  });

  it.each([
    ['the duration in the lease', { leaseDurationSeconds: 20 }, 20_000],
    ['its own duration for a lease without one', {}, 14_500],
  ])("takes another holder's lease after %s without a change", async (_case, spec, durationMs) => {
    const { store, clock, lock, take } = trial(heldBy('b', spec));
    expect(await take()).toBeUndefined();
    expect(lock.isHeldByAnother).toBe(true);
    clock.now += durationMs - 1;
    expect(await take()).toBeUndefined();
    store.lease = { ...store.lease!, metadata: { ...store.lease!.metadata, resourceVersion: 'renewed' } };
    clock.now += 1;
    expect(await take()).toBeUndefined();
    clock.now += durationMs;
    expect(await take()).toBeDefined();
    expect(lock.isHeldByAnother).toBe(false);
  });

  it('renews without a read while it leads, and reads after the lease was changed or deleted', async () => {
    const { store, take } = trial();
    await take();
    const reads = store.reads;
    await take(leader);
    expect(store.reads).toBe(reads);
    store.lease = { ...store.lease!, metadata: { ...store.lease!.metadata, resourceVersion: 'labelled' } };
    expect(await take(leader)).toBeDefined();
    expect(store.reads).toBe(reads + 1);
    store.lease = undefined;
    expect(await take(leader)).toBeDefined();
    expect(store.writes.map(({ holder }) => holder)).toEqual(['a', 'a', 'a', 'a']);
  });

  it('keeps the acquire time across renewals', async () => {
    const { store, take } = trial(heldBy('a', { renewTime: 'old' }));
    Object.assign(store.lease!.spec!, { acquireTime: 'then' });
    await take();
    expect(store.lease!.spec).toMatchObject({ acquireTime: 'then' });
    expect(store.lease!.spec!.renewTime).not.toBe('old');
  });

  it('releases the lease that it holds, once', async () => {
    const { store, lock, take } = trial();
    await take();
    expect(await lock.release()).toBe(true);
    expect(store.lease!.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
  });

  it('releases the lease even if the response to its last renewal was lost', async () => {
    const { store, lock, take } = trial();
    await take();
    // The renewal was written, and aborted before its response arrived.
    await lock.takeOrRenew(call, leader);
    expect(await lock.release()).toBe(true);
    expect(store.lease!.spec).toMatchObject({ holderIdentity: '' });
  });

  it('leaves the lease to a process that took it in the meantime', async () => {
    const { store, lock, take } = trial();
    await take();
    store.lease = { ...heldBy('b'), metadata: { name: 'syncer', resourceVersion: 'taken' } };
    expect(await lock.release()).toBe(false);
    expect(store.lease.spec).toMatchObject({ holderIdentity: 'b' });
  });

  it('rejects a release that meets a conflict each time', async () => {
    const { store, lock, take } = trial();
    await take();
    const current = store.lease!;
    let version = 0;
    Object.defineProperty(store, 'lease', {
      get: () => ({ ...current, metadata: { ...current.metadata, resourceVersion: `changed-${(version += 1)}` } }),
    });
    await expect(lock.release()).rejects.toMatchObject({ code: 409 });
  });

  it('releases no lease that it does not hold', async () => {
    const { store, lock } = trial(heldBy('b'));
    await lock.look(call);
    expect(await lock.release()).toBe(false);
    expect(store.writes).toEqual([]);
  });
});
