import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { AdmissionResponse } from '../../api/admission-review.ts';
import { findFreePorts } from '../../local-kubernetes/ports.ts';
import { imageEnvironment, imageFlags } from '../integration/image-flags.ts';
import { jobRunReview } from '../unit/webhook/reviews.ts';
import { round } from './latency.ts';
import type { Report } from './report.ts';
import type { System } from './system.ts';
import { runOf } from './workload.ts';

const CONNECTIONS = 32;
const ROUNDS = 3;

/**
 * How many reviews one process of the webhook, which is one core, answers: the two reviews of a create, sent by each
 * connection one after the other in a closed loop, as a load generator does. The API server only serves the webhook's
 * own requests. The limit is a bare Fastify that answers the same requests with a constant. The two alternate.
 *
 * @param namespace with admission, and the template `suspended`
 */
export async function measureReviews(system: System, namespace: string, secondsARound: number): Promise<Report> {
  const bare = await startBare(system);
  const ca = await readFile(system.webhookCertificate.ca);
  const open = (url: string) => new Pool(url, { connections: CONNECTIONS, pipelining: 1, connect: { ca } });
  const targets = [
    { pool: open(system.webhookUrl), reviewed: 0 },
    { pool: open(bare.url), reviewed: 0 },
  ];
  try {
    const takeTurns = async () => {
      for (const target of targets) target.reviewed += await reviewFor(target.pool, namespace, secondsARound * 1000);
    };
    // The first round is the warm-up and does not count.
    await takeTurns();
    for (const target of targets) target.reviewed = 0;
    for (let i = 0; i < ROUNDS; i += 1) await takeTurns();
  } finally {
    await Promise.all(targets.map(({ pool }) => pool.close()));
    bare.stop();
  }
  const [measured = 0, limit = 0] = targets.map(({ reviewed }) => round(reviewed / (ROUNDS * secondsARound)));
  return {
    scenario: 'admission, reviews sent straight to one webhook',
    figures: [
      { name: `creates by ${CONNECTIONS} at a time, two reviews each`, value: measured, unit: 'creates/s', limit },
    ],
  };
}

async function startBare({ webhookCertificate: { cert, key } }: System): Promise<{ url: string; stop: () => void }> {
  const [port = 0] = await findFreePorts(1);
  const bare = fork(join(import.meta.dirname, 'bare-webhook.ts'), {
    execArgv: imageFlags(),
    env: {
      ...imageEnvironment(),
      PATH: process.env['PATH'],
      PORT: String(port),
      TLS_CERT_FILE: cert,
      TLS_KEY_FILE: key,
    },
  });
  const ended = new AbortController();
  await Promise.race([
    once(bare, 'message', { signal: ended.signal }),
    once(bare, 'exit', { signal: ended.signal }).then(() =>
      Promise.reject(new Error('the bare webhook did not start')),
    ),
  ]).finally(() => {
    ended.abort();
  });
  return { url: `https://127.0.0.1:${port}`, stop: () => bare.kill('SIGTERM') };
}

async function reviewFor(pool: Pool, namespace: string, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  let count = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() < end) {
      count += 1;
      const body = JSON.stringify(reviewOf(`run-${count}`, namespace));
      for (const path of ['/mutate', '/validate']) await ask(pool, path, body);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return count;
}

function reviewOf(name: string, namespace: string): object {
  const { metadata, spec } = runOf('suspended', name);
  const userInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
  return jobRunReview(spec, { ...metadata, namespace }, { namespace, userInfo });
}

/** @throws if the create is denied: then something else would be measured */
async function ask(pool: Pool, path: string, body: string): Promise<void> {
  const answer = await pool.request({
    method: 'POST',
    path: `${path}?timeout=10s`,
    headers: { 'content-type': 'application/json' },
    body,
  });
  const { response } = (await answer.body.json()) as { response?: AdmissionResponse };
  if (response?.allowed !== true) throw new Error(`${path} answered ${answer.statusCode}: ${JSON.stringify(response)}`);
}
