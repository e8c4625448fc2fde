import { describe, expect, it } from 'vitest';
import { refusedAddress } from '../../../../core/callback/address-class.ts';

const API_SERVER = ['10.96.0.1', 'fd00:10:96::1'];

describe('no callback is sent to', () => {
  it.each([
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['0.0.0.0', 'an unspecified address'],
    ['0.1.2.3', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['169.254.1.1', 'a link-local address, where metadata services are'],
    ['169.254.169.254', 'a link-local address, where metadata services are'],
    ['169.254.170.2', 'a link-local address, where metadata services are'],
    ['fe80::1', 'a link-local address, where metadata services are'],
    ['fe80::1%eth0', 'a link-local address, where metadata services are'],
    ['168.63.129.16', 'the address of a metadata service'],
    ['fd00:ec2::254', 'the address of a metadata service'],
    ['fd00:0ec2:0:0::254', 'the address of a metadata service'],
    ['fd20:ce::254', 'the address of a metadata service'],
    ['192.0.0.192', 'a reserved address'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'a broadcast address'],
    ['240.0.0.1', 'a reserved address'],
    ['192.0.2.1', 'a reserved address'],
    ['100.64.0.1', 'an address of carrier-grade NAT'],
    ['100.100.100.200', 'an address of carrier-grade NAT'],
    ['::ffff:127.0.0.1', 'an IPv4-mapped address'],
    ['::ffff:7f00:1', 'an IPv4-mapped address'],
    ['::ffff:8.8.8.8', 'an IPv4-mapped address'],
    ['::ffff:0:127.0.0.1', 'an IPv4-translated address'],
    ['::127.0.0.1', 'an IPv4-mapped address'],
    ['::7f00:1', 'a reserved address'],
    ['64:ff9b::7f00:1', 'an address of NAT64'],
    ['64:ff9b:1::7f00:1', 'an address of NAT64'],
    ['2002:7f00:1::', 'an address of 6to4'],
    ['2001:0:7f00:1::', 'an address of Teredo'],
    ['100::1', 'a reserved address'],
    ['fec0::1', 'a reserved address'],
    ['5f00::1', 'a reserved address'],
    ['2001:db8::1', 'a reserved address'],
    ['10.96.0.1', 'the address of the API server'],
    ['fd00:10:96:0::1', 'the address of the API server'],
    ['example.com', 'no IP address'],
    ['', 'no IP address'],
    ['1', 'no IP address'],
  ])('%s: %s', (address, kind) => {
    expect(refusedAddress(address, API_SERVER)).toBe(kind);
  });
});

describe('a callback can be sent to', () => {
  it.each(['10.96.0.2', '10.1.2.3', '172.16.0.1', '192.168.1.1', 'fd00:10:96::2', '8.8.8.8', '2606:4700::1111'])(
    '%s: a Service, a Pod or the Internet',
    (address) => {
      expect(refusedAddress(address, API_SERVER)).toBeUndefined();
    },
  );

  it('any such address, if the one of the API server is not known', () => {
    expect(refusedAddress('10.96.0.1', ['', 'kubernetes.example.com'])).toBeUndefined();
  });
});
