import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';

export interface ApiServerAccess {
  /** `https://HOST:PORT` */
  server: string;
  /** The folder with `ca.crt`, `admin.crt` and `admin.key`. */
  certificates: string;
}

/** Sends a GET request to the API server as admin, over a new connection. Returns the HTTP status and the body. */
export async function askApiServer(access: ApiServerAccess, path: string): Promise<{ status: number; body: string }> {
  const file = (name: string) => readFile(join(access.certificates, name));
  const [ca, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, access.server), { ca, cert, key, agent: false, timeout: 5_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer from ${access.server}${path} within 5 s`)));
    call.on('error', reject);
    call.end();
  });
}

/** `true` if the API server answers the path with 200, else `undefined`. For `waitFor`. */
export async function answersOk(access: ApiServerAccess, path: string): Promise<true | undefined> {
  return (await askApiServer(access, path)).status === 200 ? true : undefined;
}
