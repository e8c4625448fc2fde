import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** Addresses at which clouds give credentials to their machines, and that belong to no class of such addresses. */
const METADATA = new Set(['168.63.129.16', 'fd00:ec2::23', 'fd00:ec2::254', 'fd20:ce::254'].map(normalized));

/** Why no callback is sent to an address of this class. Each class that is not here is `a reserved address`. */
const CLASSES: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address, where metadata services are',
  loopback: 'a loopback address',
  carrierGradeNat: 'an address of carrier-grade NAT',
  ipv4Mapped: 'an IPv4-mapped address',
  rfc6145: 'an IPv4-translated address',
  rfc6052: 'an address of NAT64',
  '6to4': 'an address of 6to4',
  teredo: 'an address of Teredo',
};

/** The addresses of Services and Pods are private. Which hosts may be called is decided by name. */
const REACHABLE = ['private', 'uniqueLocal', 'unicast'];

/** 2000::/3: every other address that has no class of its own is not assigned. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * What kind of address this is, if no callback may be sent to it: `a loopback address`. Otherwise `undefined`. Only classes
 * that are known to be reachable are allowed.
 *
 * @param apiServer the addresses of the API server
 */
export function refusedAddress(text: string, apiServer: readonly string[]): string | undefined {
  if (isIP(text) === 0) return 'no IP address';
  const address = ipaddr.parse(text);
  const normal = address.toNormalizedString();
  if (METADATA.has(normal)) return 'the address of a metadata service';
  if (apiServer.some((known) => isIP(known) !== 0 && normalized(known) === normal))
    return 'the address of the API server';
  const range = address.range() as string;
  return REACHABLE.includes(range) && isAssigned(address, range) ? undefined : (CLASSES[range] ?? 'a reserved address');
}

function isAssigned(address: Address, range: string): boolean {
  return address.kind() === 'ipv4' || range === 'uniqueLocal' || address.match(GLOBAL_UNICAST);
}

function normalized(text: string): string {
  return ipaddr.parse(text).toNormalizedString();
}
