import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** A certificate with its chain and its private key, validated. */
export interface KeyPair {
  /** PEM. */
  cert: Buffer;
  key: Buffer;
  /** The serving certificate first, then the others in the order of the file. */
  chain: readonly [X509Certificate, ...X509Certificate[]];
  /** When the serving certificate expires, in milliseconds since 1970. */
  expiresAt: number;
  /** PEM of the authorities that sign certificates of clients, if clients need one. */
  clientCa?: Buffer;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Validates the contents of the two files. Node accepts an empty certificate and then fails every handshake.
 *
 * @throws Error that describes what is wrong with the files.
 */
export function parseKeyPair(cert: Buffer, key: Buffer): KeyPair {
  if (cert.toString().trim() === '') throw new Error('the certificate file is empty');
  if (key.toString().trim() === '') throw new Error('the key file is empty');
  const [leaf, ...others] = parseCertificates(cert.toString());
  if (leaf === undefined) throw new Error('the certificate file contains no PEM certificate');
  const privateKey = parseKey(key);
  if (!leaf.checkPrivateKey(privateKey)) throw new Error('the key does not belong to the certificate');
  createSecureContext({ cert, key });
  return { cert, key, chain: [leaf, ...others], expiresAt: Date.parse(leaf.validTo) };
}

/** Validates the file with the authorities of clients. @throws Error that describes what is wrong with it. */
export function parseClientCa(pem: Buffer): Buffer {
  if (parseCertificates(pem.toString()).length === 0)
    throw new Error('the file of the client CA contains no PEM certificate');
  return pem;
}

/** All certificates of a PEM text, in its order. @throws Error if one cannot be read. */
export function parseCertificates(pem: string): X509Certificate[] {
  return Array.from(pem.matchAll(PEM_CERTIFICATE), ([text]) => {
    try {
      return new X509Certificate(text);
    } catch (cause) {
      throw new Error('a certificate cannot be read: it is damaged', { cause });
    }
  });
}

function parseKey(key: Buffer): KeyObject {
  try {
    return createPrivateKey(key);
  } catch (cause) {
    throw new Error('the key file contains no readable PEM private key', { cause });
  }
}
