import type { X509Certificate } from 'node:crypto';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { parseCertificates } from './key-pair.ts';

const ADMISSION_REGISTRATION = { group: 'admissionregistration.k8s.io', version: 'v1' };

export const VALIDATING_WEBHOOK_CONFIGURATIONS: Resource = {
  ...ADMISSION_REGISTRATION,
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
};
export const MUTATING_WEBHOOK_CONFIGURATIONS: Resource = {
  ...ADMISSION_REGISTRATION,
  plural: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
};

interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { caBundle?: string } }[];
}

/**
 * Why the API server does not trust the certificate, according to this configuration; `undefined` if it does. Right after
 * an installation the CA bundle is not injected yet, and every request would fail.
 */
export async function caBundleProblem(
  client: Pick<KubeClient, 'get'>,
  { resource, name }: { resource: Resource; name: string },
  chain: readonly X509Certificate[],
): Promise<string | undefined> {
  const what = `${resource.kind} ${name}`;
  try {
    const configuration = await client.get<WebhookConfiguration>(resource, { name }, { timeoutMs: 5000 });
    const webhooks = configuration.webhooks ?? [];
    if (webhooks.length === 0) return `${what} has no webhooks`;
    for (const { name: webhook, clientConfig } of webhooks) {
      const problem = bundleProblem(clientConfig.caBundle ?? '', chain);
      if (problem !== undefined) return `${what}, ${webhook}: ${problem}`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof KubeApiError || error instanceof KubeConnectionError) return `${what}: ${error.message}`;
    throw error;
  }
}

/** @param caBundle base64 of PEM; it must contain a certificate of the chain, or the issuer of one */
export function bundleProblem(caBundle: string, chain: readonly X509Certificate[]): string | undefined {
  if (caBundle.trim() === '') return 'caBundle is not injected yet';
  let authorities: X509Certificate[];
  try {
    authorities = parseCertificates(Buffer.from(caBundle, 'base64').toString());
  } catch {
    return 'caBundle contains a certificate that cannot be read';
  }
  const isTrusted = chain.some((certificate) => authorities.some((authority) => isTrustedBy(certificate, authority)));
  return isTrusted ? undefined : 'caBundle does not verify the serving certificate';
}

function isTrustedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  if (authority.fingerprint256 === certificate.fingerprint256) return true;
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
