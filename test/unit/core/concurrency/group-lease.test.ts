import { describe, expect, it } from 'vitest';
import { contentOf, leaseNameOf, leaseOf } from '../../../../core/concurrency/group-lease.ts';

const GROUP = { id: 'team/group/g', hash: 'a'.repeat(40), called: 'group "g"' };
const HOLDERS = [{ name: 'first', uid: '1', created: '2026-11-29T10:00:00Z' }];
const ENTRY = JSON.stringify(HOLDERS[0]);
const LEASE = leaseOf(GROUP, HOLDERS);

describe('the Lease of a group', () => {
  it('says which group it is of, and who has a place', () => {
    expect(contentOf(LEASE)).toEqual({ ...GROUP, holders: HOLDERS });
    expect(leaseNameOf(GROUP)).toHaveLength(63);
  });

  it.each<[string, Record<string, string>]>([
    ['has no group', { 'hematoscope.app/group': '' }],
    ['has a group that is no object', { 'hematoscope.app/group': '7' }],
    ['has holders that are no list', { 'hematoscope.app/holders': '{}' }],
    ['has holders that are no JSON', { 'hematoscope.app/holders': '[' }],
    ['has a holder that is null', { 'hematoscope.app/holders': `[${ENTRY}, null]` }],
    ['has a holder without a uid', { 'hematoscope.app/holders': `[${ENTRY}, {"name":"x","created":""}]` }],
    ['has a holder with an empty name', { 'hematoscope.app/holders': `[{"name":"","uid":"2","created":""}]` }],
  ])('says nothing if it %s', (_what, annotations) => {
    const metadata = { ...LEASE.metadata, annotations: { ...LEASE.metadata?.annotations, ...annotations } };
    expect(contentOf({ ...LEASE, metadata })).toBeUndefined();
  });

  it('says nothing if it has the name of another group', () => {
    expect(contentOf({ ...LEASE, metadata: { ...LEASE.metadata, name: 'other' } })).toBeUndefined();
  });

  it('has room for as many holders as a limit permits, with the longest names', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      name: `${index}-`.padEnd(253, 'a'),
      uid: '9d6f1f0a-3a52-4a5b-9d0e-2f5d3f1f7a01',
      created: '2026-11-29T10:00:00Z',
    }));
    const annotations = Object.entries(leaseOf(GROUP, many).metadata?.annotations ?? {});
    expect(annotations.map(([name, value]) => name.length + value.length).reduce((a, b) => a + b)).toBeLessThan(
      262_144,
    );
  });
});
