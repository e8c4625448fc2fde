import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { refusedAddress } from '../../../../core/callback/address-class.ts';
import { checkedLookup, HostNotFoundError, RefusedAddressError } from '../../../../syncer/callback/checked-lookup.ts';
import type { Resolve } from '../../../../syncer/callback/checked-lookup.ts';

const ADDRESSES: Record<string, string[]> = {
  'public.example.com': ['93.184.216.34', '2606:4700::1111'],
  'private.example.com': ['10.1.2.3'],
  'loopback.example.com': ['127.0.0.1'],
  'mixed.example.com': ['93.184.216.34', '::1'],
  'mapped.example.com': ['::ffff:169.254.169.254'],
  'api.example.com': ['10.96.0.1'],
};
const resolve: Resolve = (host) => Promise.resolve(ADDRESSES[host] ?? []);

type All = (host: string, options: { all: boolean }) => Promise<LookupAddress[]>;
const lookup = (apiServer = '10.96.0.1', by = resolve): All =>
  promisify(checkedLookup({ resolve: by, refused: refusedAddress, apiServer })) as unknown as All;

describe('the look-up of a host', () => {
  it('returns its addresses in the form that a socket requests', async () => {
    expect(await lookup()('public.example.com', { all: true })).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    expect(await lookup()('private.example.com', { all: false })).toBe('10.1.2.3');
  });

  it.each([
    ['loopback.example.com', 'a loopback address'],
    ['mixed.example.com', 'a loopback address'],
    ['mapped.example.com', 'an IPv4-mapped address'],
    ['api.example.com', 'the address of the API server'],
  ])('fails for %s, which has %s among its addresses', async (host, message) => {
    await expect(lookup()(host, { all: true })).rejects.toThrow(new RefusedAddressError(message));
  });

  it('fails for the address of an API server that is known by name', async () => {
    await expect(lookup('api.example.com')('api.example.com', { all: true })).rejects.toThrow('the API server');
    expect(await lookup('unknown.example.com')('api.example.com', { all: true })).toHaveLength(1);
  });

  it('fails for a host that does not exist', async () => {
    await expect(lookup()('unknown.example.com', { all: true })).rejects.toBeInstanceOf(HostNotFoundError);
  });

  it('checks each answer: a name can have another address the next time', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    const rebinding = lookup('10.96.0.1', () => Promise.resolve(answers.shift() ?? []));
    expect(await rebinding('rebinding.example.com', { all: true })).toEqual([{ address: '93.184.216.34', family: 4 }]);
    await expect(rebinding('rebinding.example.com', { all: true })).rejects.toThrow('a loopback address');
  });
});
