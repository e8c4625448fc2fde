import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';

interface Configuration {
  metadata: { name: string; annotations?: object };
  webhooks: { clientConfig: { service?: { path?: string } } }[];
}

/** What the manifests in certs/ have in place of a secret. */
const PLACEHOLDER = '/path-token/';

export interface WebhookAddress {
  url: string;
  /** PEM in base64. */
  caBundle: string;
  /** The secret part of the paths. Absent: none, for a webhook that has no configurations to read. */
  pathToken?: string;
}

/** The webhook configurations that the chart installs, with a URL in place of its Service. */
export async function webhookConfigurations({ url, caBundle, pathToken }: WebhookAddress): Promise<object> {
  const text = await readFile(join(repositoryDirectory, 'certs', 'webhooks.yaml'), 'utf8');
  const items = parseAllDocuments(text).map((document) => document.toJS() as Configuration);
  for (const { metadata, webhooks } of items) {
    delete metadata.annotations;
    for (const webhook of webhooks) {
      const { path = '' } = webhook.clientConfig.service ?? {};
      const secret = pathToken === undefined ? '/' : `/${pathToken}/`;
      Object.assign(webhook, { clientConfig: { url: url + path.replace(PLACEHOLDER, secret), caBundle } });
    }
  }
  return { apiVersion: 'v1', kind: 'List', items };
}
