import { beforeAll, describe, expect, it } from 'vitest';
import { parseCertificates, parseKeyPair } from '../../../../webhook/tls/key-pair.ts';
import { selfSigned, signedBy, type Pem } from '../certificates.ts';

const EMPTY = Buffer.from('');

let one: Pem;
let two: Pem;
let signed: Pem;

beforeAll(() => {
  one = selfSigned('one');
  two = selfSigned('two');
  signed = signedBy(one, 'signed');
});

describe('parseKeyPair', () => {
  it('accepts a certificate with its key, and returns when it expires', () => {
    const pair = parseKeyPair(one.cert, one.key);
    expect(pair.chain[0].subject).toBe('CN=one');
    expect(pair.expiresAt).toBeGreaterThan(Date.now());
  });

  it('accepts the whole chain', () => {
    const chain = Buffer.concat([signed.cert, one.cert]);
    expect(parseKeyPair(chain, signed.key).chain.map(({ subject }) => subject)).toEqual(['CN=signed', 'CN=one']);
  });

  it.each([
    ['an empty certificate', () => [EMPTY, one.key], 'the certificate file is empty'],
    ['an empty key', () => [one.cert, EMPTY], 'the key file is empty'],
    ["another certificate's key", () => [one.cert, two.key], 'the key does not belong to the certificate'],
    ['no certificate', () => [one.key, one.key], 'the certificate file contains no PEM certificate'],
    ['no key', () => [one.cert, one.cert], 'the key file contains no readable PEM private key'],
    [
      'half a certificate',
      () => [one.cert.subarray(0, 200), one.key],
      'the certificate file contains no PEM certificate',
    ],
  ])('rejects %s', (_, files, message) => {
    const [cert = EMPTY, key = EMPTY] = files();
    expect(() => parseKeyPair(cert, key)).toThrow(message);
  });
});

describe('parseCertificates', () => {
  it('reads all certificates in their order, and ignores the text between them', () => {
    const text = `# one\n${one.cert.toString()}\n# two\n${two.cert.toString()}`;
    expect(parseCertificates(text).map(({ subject }) => subject)).toEqual(['CN=one', 'CN=two']);
    expect(parseCertificates('hello')).toEqual([]);
  });

  it('rejects a damaged certificate', () => {
    const damaged = '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----';
    expect(() => parseCertificates(damaged)).toThrow('a certificate cannot be read: it is damaged');
  });
});
