import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { ClusterConfig } from './cluster-config.ts';

/** How a client proves its identity, and how it verifies the server's. */
export interface Credentials {
  headers: Record<string, string>;
  tls: TlsOptions;
}

export interface TlsOptions {
  ca?: unknown;
  cert?: unknown;
  key?: unknown;
  rejectUnauthorized?: unknown;
  servername?: unknown;
}

/** Reads the credentials that a KubeConfig holds at this moment; runs its exec plugin if it has one. */
export async function readCredentials(kubeConfig: Pick<ClusterConfig, 'applyToHTTPSOptions'>): Promise<Credentials> {
  const options: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(options);
  const headers: Record<string, string> = {};
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return { headers, tls: Object.fromEntries(given) };
}

/** Two keys are equal if and only if the TLS options are. A connection can be reused while its key does not change. */
export function fingerprintOf(tls: TlsOptions): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(tls)) hash.update(`${name}=${String(value)};`);
  return hash.digest('hex');
}
