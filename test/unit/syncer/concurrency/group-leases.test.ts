import { expect, it } from 'vitest';
import { leaseNameOf, leaseOf, type Lease } from '../../../../core/concurrency/group-lease.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { GroupLeases } from '../../../../syncer/concurrency/group-leases.ts';
import { ALWAYS_ALLOWED } from '../../../../syncer/write-guard.ts';

const GROUP = { id: 'team/group/g', hash: 'a'.repeat(40), called: 'group "g"' };
const OTHER = { id: 'team/group/o', hash: 'b'.repeat(40), called: 'group "o"' };
const HOLDERS = [{ name: 'first', uid: '1', created: '2026-11-29T10:00:00Z' }];
const VERSION = { uid: 'u', resourceVersion: '7' };

function stored(lease: Lease, annotations: Record<string, string> = {}): Lease {
  const { metadata } = lease;
  return { ...lease, metadata: { ...metadata, ...VERSION, annotations: { ...metadata?.annotations, ...annotations } } };
}

function leasesWith(...items: Lease[]): GroupLeases {
  const client = {
    get: () => Promise.resolve(items[0]),
    list: () => Promise.resolve({ metadata: {}, items }),
  } as unknown as KubeClient;
  return new GroupLeases({ client, guard: ALWAYS_ALLOWED, namespace: 'release' });
}

it('reads who has a place', async () => {
  const found = await leasesWith(stored(leaseOf(GROUP, HOLDERS))).read(GROUP);
  expect(found).toEqual({ group: GROUP, holders: HOLDERS, version: VERSION });
});

it.each<[string, Record<string, string>]>([
  [
    'has one wrong holder among others',
    { 'hematoscope.app/holders': JSON.stringify([...HOLDERS, { name: 'second' }]) },
  ],
  ['has no list of holders', { 'hematoscope.app/holders': '' }],
  ['has no group', { 'hematoscope.app/group': '' }],
])('never loses a holder: a Lease that %s blocks its group, and no other', async (_what, annotations) => {
  const leases = leasesWith(stored(leaseOf(GROUP, HOLDERS), annotations), stored(leaseOf(OTHER, [])));
  await expect(leases.read(GROUP)).rejects.toThrow(
    `Lease release/${leaseNameOf(GROUP)} does not list the runs that have a place`,
  );
  const groups: string[] = [];
  for await (const { group } of leases.list()) groups.push(group.called);
  expect(groups).toEqual([OTHER.called]);
});

it('is not taken for the Lease of another group', async () => {
  const lease = stored(leaseOf(GROUP, HOLDERS));
  await expect(leasesWith(lease).read({ ...OTHER, hash: GROUP.hash })).rejects.toThrow('is that of another group');
});
