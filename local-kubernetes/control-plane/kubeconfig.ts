import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface KubeconfigOptions {
  /** Where to write it. */
  path: string;
  /** `https://HOST:PORT` */
  server: string;
  /** The folder with `ca.crt` and the client's `NAME.crt` and `NAME.key`. */
  certificates: string;
  client: string;
}

/** Writes a kubeconfig with one context, `local`. It contains the certificates, so the file can be moved. */
export async function writeKubeconfig({ path, server, certificates, client }: KubeconfigOptions): Promise<void> {
  const data = async (file: string) => (await readFile(join(certificates, file))).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server, 'certificate-authority-data': await data('ca.crt') } }],
    users: [
      {
        name: client,
        user: {
          'client-certificate-data': await data(`${client}.crt`),
          'client-key-data': await data(`${client}.key`),
        },
      },
    ],
    contexts: [{ name: 'local', context: { cluster: 'local', user: client } }],
    'current-context': 'local',
  };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}
