import { join } from 'node:path';
import { ensureProgram } from '../programs/programs.ts';
import { run } from '../run.ts';

export interface CertificateRequest {
  name: string;
  authority: string;
  commonName: string;
  organizations?: string[];
  /** DNS names and IP addresses of a server. If absent, this is a client certificate. */
  hosts?: string[];
  /** Seconds from now. Default: one year. */
  validFor?: number;
}

export interface CertificateSet {
  directory: string;
  /** Each has the files `NAME.crt` and `NAME.key`. Existing ones are reused. */
  authorities: string[];
  /** RSA key pairs `NAME.key` and `NAME.pub`, for ServiceAccount tokens. Existing ones are reused. */
  keys?: string[];
  /** Each has the files `NAME.crt` and `NAME.key`. Existing ones are replaced. */
  certificates: CertificateRequest[];
}

const year = 365 * 24 * 3600;

/** Creates authorities, keys and certificates as PEM files of mode 0600. Each file is replaced atomically. */
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
 * Creates a serving certificate. It is signed by an authority in the same folder, which the first call creates.
 *
 * @param options.hosts DNS names and IP addresses, such as `127.0.0.1` or `webhook.system.svc`
 * @param options.validFor seconds from now; default: one year
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
