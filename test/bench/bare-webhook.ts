/** The minimal webhook in Fastify: TLS, JSON, and a constant response. Sends a message over IPC when it listens. */
import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import type { AdmissionReview } from '../../api/admission-review.ts';

const { PORT, TLS_CERT_FILE = '', TLS_KEY_FILE = '' } = process.env;
const [cert, key] = await Promise.all([readFile(TLS_CERT_FILE), readFile(TLS_KEY_FILE)]);
const app = Fastify({ https: { cert, key } });
app.post<{ Body: AdmissionReview }>('/*', ({ body }) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response: { uid: body.request.uid, allowed: true },
}));
await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.send?.('listening');
