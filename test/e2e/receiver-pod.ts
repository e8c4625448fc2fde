import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { makeServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import { imageRepository, type Cluster } from './cluster.ts';
import { placeIn } from './objects.ts';

const NAME = 'receiver';
const PORT = 8443;

/** A request as the receiver logged it. */
export interface Received {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** A receiver of callbacks, in a Pod, with a certificate of its own authority. */
export interface ReceiverPod {
  /** Of its Service, without a path. */
  url: string;
  /** Path of the certificate of its authority. */
  caFile: string;
  /** What arrived at a path, oldest first. */
  received: (path: string) => Promise<Received[]>;
}

/** Answers 204, but the first request to `/fails-once` with 503. */
function serve(port: number): string {
  return `
    import { readFileSync } from 'node:fs';
    import { createServer } from 'node:https';
    const read = (name) => readFileSync('/tls/' + name);
    const seen = new Set();
    createServer({ cert: read('tls.crt'), key: read('tls.key') }, (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part) => (text += part));
      request.on('end', () => {
        const { url: path, method, headers } = request;
        console.log(JSON.stringify({ path, method, headers, body: JSON.parse(text) }));
        response.writeHead(path === '/fails-once' && !seen.has(path) ? 503 : 204).end();
        seen.add(path);
      });
    }).listen(${port});`;
}

/** Creates the Pod and its Service, and waits until it is ready. */
export async function startReceiver(cluster: Cluster, namespace: string): Promise<ReceiverPod> {
  const place = placeIn(cluster, namespace);
  const host = `${NAME}.${namespace}.svc.cluster.local`;
  const directory = join(cluster.scratch, NAME);
  await mkdir(directory, { recursive: true });
  const { cert, key, ca } = await makeServingCertificate({ directory, hosts: [host] });
  const text = (file: string) => readFileSync(file, 'utf8');
  const labels = { app: NAME };
  const container = {
    name: NAME,
    image: `${imageRepository}:${cluster.imageTag}`,
    command: ['/usr/local/bin/node', '--input-type=module', '-e', serve(PORT)],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
  };
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: [{ name: 'tls', secret: { secretName: NAME } }],
  };
  const items = [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: NAME },
      stringData: { 'tls.crt': text(cert), 'tls.key': text(key) },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME },
      spec: { selector: labels, ports: [{ port: 443, targetPort: PORT }] },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: NAME, labels }, spec },
  ];
  await place.accepted({ apiVersion: 'v1', kind: 'List', items });
  await place.kubectl('wait', `pod/${NAME}`, '--for=condition=Ready', '--timeout=120s');
  const lines = async () => (await place.kubectl('logs', `pod/${NAME}`)).split('\n').filter((line) => line !== '');
  return {
    url: `https://${host}`,
    caFile: ca,
    received: async (path) =>
      (await lines()).map((line) => JSON.parse(line) as Received).filter((request) => request.path === path),
  };
}
