import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** A certificate with its chain and the key that belongs to it, checked. */
export interface KeyPair {
  /** PEM, as TLS takes them. */
  cert: Buffer;
  key: Buffer;
  /** The serving certificate first, then what stands behind it in the file. */
  chain: readonly [X509Certificate, ...X509Certificate[]];
  /** The serving certificate's end, in milliseconds since 1970. */
  expiresAt: number;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Checks what was read from the two files. TLS itself takes an empty file without a word and then fails every handshake.
 * @throws Error with a sentence on what is wrong with the files.
 */
export function parseKeyPair(cert: Buffer, key: Buffer): KeyPair {
  if (cert.toString().trim() === '') throw new Error('the certificate file is empty');
  if (key.toString().trim() === '') throw new Error('the key file is empty');
  const [leaf, ...behind] = parseCertificates(cert.toString());
  if (leaf === undefined) throw new Error('the certificate file holds no PEM certificate');
  const privateKey = parseKey(key);
  if (!leaf.checkPrivateKey(privateKey)) throw new Error('the key does not belong to the certificate');
  createSecureContext({ cert, key });
  return { cert, key, chain: [leaf, ...behind], expiresAt: Date.parse(leaf.validTo) };
}

/** All certificates of a PEM text, in their order. @throws Error when one cannot be read. */
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
    throw new Error('the key file holds no PEM private key that can be read', { cause });
  }
}
