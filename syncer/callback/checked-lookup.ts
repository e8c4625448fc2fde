import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { refusedAddress } from '../../core/callback/address-class.ts';

/** All addresses of a host; empty if it has none. */
export type Resolve = (host: string) => Promise<string[]>;

/** What kind of address this is, if nothing may be sent to it; see {@link refusedAddress}. */
export type RefusedAddress = typeof refusedAddress;

export interface CheckedLookupOptions {
  resolve: Resolve;
  refused: RefusedAddress;
  /** Host of the API server: a name or an address. */
  apiServer: string;
}

/** The name of a host has no address. */
export class HostNotFoundError extends Error {
  override readonly name = 'HostNotFoundError';
}

/** The host has an address to which nothing is sent. The message has its kind. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
}

/**
 * A look-up for sockets that checks every address of a host. The socket connects to the addresses that were checked: nobody
 * asks for the name again. One refused address refuses the host.
 */
export function checkedLookup(options: CheckedLookupOptions): LookupFunction {
  return (host, { all }, callback) => {
    checkedAddresses(options, host).then(
      (addresses) => {
        const [first = ''] = addresses;
        if (all === true) callback(null, addresses.map(withFamily));
        else callback(null, first, isIP(first));
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '');
      },
    );
  };
}

async function checkedAddresses(
  { resolve, refused, apiServer }: CheckedLookupOptions,
  host: string,
): Promise<string[]> {
  const [addresses, ofApiServer] = await Promise.all([resolve(host), apiServerAddresses(resolve, apiServer)]);
  if (addresses.length === 0) throw new HostNotFoundError(host);
  for (const address of addresses) {
    const kind = refused(address, ofApiServer);
    if (kind !== undefined) throw new RefusedAddressError(kind);
  }
  return addresses;
}

/** In a cluster it is an address, and no request is sent. */
async function apiServerAddresses(resolve: Resolve, host: string): Promise<string[]> {
  return isIP(host) === 0 ? resolve(host).catch(() => []) : [host];
}

function withFamily(address: string): { address: string; family: number } {
  return { address, family: isIP(address) };
}

/**
 * Asks the DNS servers of the system. Unlike `dns.lookup`, this occupies no thread, so that a slow DNS server delays only
 * those who asked it. There are no search domains: a host has its full name.
 */
export function dnsResolve(): Resolve {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  return async (host) => {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    return addresses;
  };
}
