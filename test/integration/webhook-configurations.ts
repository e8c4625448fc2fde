import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';

interface Configuration {
  metadata: { name: string; annotations?: object };
  webhooks: { clientConfig: { service?: { path?: string } } }[];
}

/** The webhook configurations that the chart installs, with a URL in place of its Service. */
export async function webhookConfigurations(url: string, caBundle: string): Promise<object> {
  const text = await readFile(join(repositoryDirectory, 'certs', 'webhooks.yaml'), 'utf8');
  const items = parseAllDocuments(text).map((document) => document.toJS() as Configuration);
  for (const { metadata, webhooks } of items) {
    delete metadata.annotations;
    for (const webhook of webhooks) {
      const { path = '' } = webhook.clientConfig.service ?? {};
      Object.assign(webhook, { clientConfig: { url: `${url}${path}`, caBundle } });
    }
  }
  return { apiVersion: 'v1', kind: 'List', items };
}
