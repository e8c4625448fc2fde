import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { certificatesOf, serverOf, type ControlPlaneLayout } from './control-plane-arguments.ts';

/** Asks the API server as admin on a connection of its own; gives the HTTP status and body. */
export async function askApiServer(
  layout: ControlPlaneLayout,
  path: string,
): Promise<{ status: number; body: string }> {
  const file = (name: string) => readFile(join(certificatesOf(layout), name));
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
  return new Promise((resolve, reject) => {
    const call = request(
      new URL(path, serverOf(layout)),
      { ca, cert, key, agent: false, timeout: 5_000 },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error(`no answer from ${serverOf(layout)}${path} within 5 s`)));
    call.on('error', reject);
    call.end();
  });
}

/** `true` once the path answers 200, else `undefined`; for `waitFor`. */
export async function answersOk(layout: ControlPlaneLayout, path: string): Promise<true | undefined> {
  return (await askApiServer(layout, path)).status === 200 ? true : undefined;
}
