import { join } from 'node:path';
import { ensureProgram } from '../programs/programs.ts';
import { run } from '../run.ts';

export interface CertificateRequest {
  name: string;
  authority: string;
  commonName: string;
  organizations?: string[];
  /** DNS names and IP addresses that a server answers to; without any, the certificate is a client's. */
  hosts?: string[];
  /** Seconds from now; a year if absent. */
  validFor?: number;
}

export interface CertificateSet {
  directory: string;
  /** Each gives `NAME.crt` and `NAME.key`; kept if there already. */
  authorities: string[];
  /** RSA pairs `NAME.key` and `NAME.pub`, for ServiceAccount tokens; kept if there already. */
  keys?: string[];
  /** Each gives `NAME.crt` and `NAME.key`; always made anew. */
  certificates: CertificateRequest[];
}

const year = 365 * 24 * 3600;

/** Makes authorities, keys and certificates as PEM files of mode 0600; each file is replaced at once. */
export async function makeCertificates({
  directory,
  authorities,
  keys = [],
  certificates,
}: CertificateSet): Promise<void> {
  const request = {
    directory,
    authorities,
    keys,
    certificates: certificates.map(({ validFor = year, ...rest }) => ({ ...rest, validSeconds: validFor })),
  };
  await run([await ensureProgram('cluster-tool'), 'certificates'], { input: JSON.stringify(request) });
}

export interface ServingCertificate {
  /** Paths of PEM files. */
  cert: string;
  key: string;
  ca: string;
}

/**
 * Makes a certificate for a server, signed by an authority in the same folder (made at the first call, kept later).
 *
 * @param options.hosts DNS names and IP addresses, such as `127.0.0.1` or `webhook.system.svc`
 * @param options.validFor seconds from now; a year if absent
 */
export async function makeServingCertificate(options: {
  directory: string;
  hosts: string[];
  validFor?: number;
}): Promise<ServingCertificate> {
  const { directory, hosts, validFor = year } = options;
  const commonName = hosts[0] ?? 'server';
  await makeCertificates({
    directory,
    authorities: ['ca'],
    certificates: [{ name: 'tls', authority: 'ca', commonName, hosts, validFor }],
  });
  return { cert: join(directory, 'tls.crt'), key: join(directory, 'tls.key'), ca: join(directory, 'ca.crt') };
}
