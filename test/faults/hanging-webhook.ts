import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { makeServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';

const CONFIGURATIONS: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
};
/** The label of the namespaces whose Jobs the webhook checks. */
export const CHECKED = { checked: 'hanging' };
/** The longest time that Kubernetes permits. */
const TIMEOUT_SECONDS = 30;

export interface Target {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource;
  /** Only writes of this subresource. */
  subresource?: 'status';
}

/** A real admission webhook that does not answer while it hangs. */
export interface HangingWebhook {
  /** How many requests wait for an answer now. */
  held: () => number;
  /** How many requests arrived. */
  received: () => number;
  /** From now on, every request is allowed at once, and so are those that wait. */
  release: () => void;
  stop: () => Promise<void>;
}

/** Installs a webhook for this operation on these objects, which hangs. */
export async function startHangingWebhook(
  client: KubeClient,
  directory: string,
  { operation, resource, subresource }: Target,
): Promise<HangingWebhook> {
  const certificate = await makeServingCertificate({ directory: join(directory, 'tls'), hosts: ['127.0.0.1'] });
  const held = new Set<() => void>();
  let hangs = true;
  let received = 0;
  const [cert, key] = await Promise.all([readFile(certificate.cert), readFile(certificate.key)]);
  const server = createServer({ cert, key }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { apiVersion, kind, ...review } = JSON.parse(body) as {
        apiVersion: string;
        kind: string;
        request: { uid: string };
      };
      received += 1;
      const answer = (): void => {
        held.delete(answer);
        const { uid } = review.request;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ apiVersion, kind, response: { uid, allowed: true } }));
      };
      response.once('close', () => held.delete(answer));
      if (hangs) held.add(answer);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const resources = [subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`];
  const name = `hanging-${operation.toLowerCase()}-${resource.plural}`;
  const webhook = {
    name: 'hanging.example.com',
    clientConfig: {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      caBundle: await readFile(certificate.ca, 'base64'),
    },
    rules: [{ apiGroups: [resource.group], apiVersions: ['v1'], resources, operations: [operation] }],
    namespaceSelector: { matchLabels: CHECKED },
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    timeoutSeconds: TIMEOUT_SECONDS,
    admissionReviewVersions: ['v1'],
  };
  await client.create<KubeObject>(CONFIGURATIONS, undefined, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: CONFIGURATIONS.kind,
    metadata: { name },
    webhooks: [webhook],
  } as KubeObject);
  const release = (): void => {
    hangs = false;
    for (const answer of held) answer();
  };
  return {
    held: () => held.size,
    received: () => received,
    release,
    stop: async () => {
      release();
      await client.delete(CONFIGURATIONS, { name });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
