import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { makeServingCertificate, type ServingCertificate } from '../cluster/certificates.ts';
import { findFreePorts } from '../cluster/ports.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { SyncerEnvironment } from '../integration/syncer-environment.ts';
import { webhookConfigurations } from '../integration/webhook-configurations.ts';
import { runNamed, sized } from './arena.ts';
import { hostileBody } from './hostile-bodies.ts';
import type { HostileReport } from './hostile-target.ts';

let environment: SyncerEnvironment;
let directory: string;
let certificate: ServingCertificate;
let webhook: ChildProcess;
let url: string;
let namespace: string;

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
  directory = await mkdtemp(join(tmpdir(), 'job-template-run-webhook-faults-'));
  certificate = await newCertificate();
  const [port = 0] = await findFreePorts(1);
  webhook = fork(join(import.meta.dirname, 'hostile-target.ts'), {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: environment.controlPlane.kubeconfig,
      HOST: '127.0.0.1',
      PORT: String(port),
      HEALTH_PORT: '0',
      TLS_CERT_FILE: certificate.cert,
      TLS_KEY_FILE: certificate.key,
    },
  });
  const [message] = (await once(webhook, 'message')) as [{ url: string }];
  url = message.url;
  namespace = await environment.namespace();
  await environment.template(namespace);
  const { items } = (await webhookConfigurations(url, await readFile(certificate.ca, 'base64'))) as {
    items: KubeObject[];
  };
  for (const configuration of items) {
    const kind = configuration.kind ?? '';
    const plural = `${kind.toLowerCase()}s`;
    await environment.client.create(
      { group: 'admissionregistration.k8s.io', version: 'v1', plural, kind },
      undefined,
      configuration,
    );
  }
  // The API server takes a moment to know them: from then on a run of no template is refused.
  await waitFor('admission', async () => {
    const refused = await create('refused', 'none').then(
      () => false,
      (error: unknown) => /was not found|does not exist|no JobTemplate/i.test(String(error)),
    );
    if (refused) return true;
    await environment.client.delete(JOB_RUNS, { namespace, name: 'refused' }).catch(() => undefined);
    return undefined;
  });
});

afterAll(async () => {
  webhook.kill('SIGKILL');
  await environment.stop();
  await rm(directory, { recursive: true, force: true });
});

const newCertificate = (): Promise<ServingCertificate> => makeServingCertificate({ directory, hosts: ['127.0.0.1'] });

const create = (name: string, templateRef = 'echo'): Promise<JobRun> =>
  environment.client.create<JobRun>(JOB_RUNS, namespace, { ...runNamed(name), spec: { templateRef } });

async function report(what: 'report' | 'reset' = 'report'): Promise<HostileReport> {
  const answer = once(webhook, 'message');
  webhook.send(what);
  const [message] = (await answer) as [HostileReport];
  return message;
}

/** The serial number of the certificate that a new connection is shown. */
async function servedSerial(): Promise<string> {
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Creates runs until told to stop; gives every error. */
function steadyCreates(creators: number): { stop: () => Promise<{ created: number; errors: string[] }> } {
  let stopped = false;
  let created = 0;
  const errors: string[] = [];
  const creator = async (id: number): Promise<void> => {
    for (let i = 0; !stopped; i += 1) {
      try {
        await create(`steady-${Date.now().toString(36)}-${id}-${i}`);
        created += 1;
      } catch (error) {
        errors.push(String(error));
      }
    }
  };
  const all = Promise.all(Array.from({ length: creators }, (_, id) => creator(id)));
  return {
    stop: async () => {
      stopped = true;
      await all;
      return { created, errors };
    },
  };
}

describe('certificates that change every second under 50 concurrent creates', () => {
  it('fail no create, and new connections see the new one within 10 s', async () => {
    const creates = steadyCreates(50);
    const rotations = sized(60, 8);
    for (let i = 0; i < rotations; i += 1) {
      const before = await servedSerial();
      await newCertificate();
      await expect.poll(servedSerial, { timeout: 10_000, interval: 50 }).not.toBe(before);
      await sleep(1_000);
    }
    const { created, errors } = await creates.stop();
    expect(errors).toEqual([]);
    expect(created).toBeGreaterThan(rotations * 10);
  }, 300_000);
});

describe('a webhook that gets a tenth of the CPU', () => {
  it('answers, or the create fails with a clear timeout; afterwards all is as before', async () => {
    // Stopped for nine tenths of the time, as a CPU limit does it.
    const starved = new AbortController();
    const starve = (async () => {
      while (!starved.signal.aborted) {
        webhook.kill('SIGSTOP');
        await sleep(90);
        webhook.kill('SIGCONT');
        await sleep(10);
      }
    })();
    const creates = steadyCreates(10);
    await sleep(sized(60_000, 8_000));
    const { created, errors } = await creates.stop();
    starved.abort();
    await starve;
    console.log(`at a tenth of the CPU: ${created} created, ${errors.length} refused`);
    expect(created + errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toMatch(/timeout|deadline exceeded|in time/i);
    expect(webhook.exitCode).toBeNull();
    await create('after-starving');
  }, 180_000);
});

describe('hostile bodies', () => {
  it('crash nothing, stall nothing, and leave Object.prototype alone', async () => {
    await environment.template('default', 'hostile');
    const count = sized(100_000, 3_000);
    const pool = new Pool(url, { connections: 8, connect: { rejectUnauthorized: false } });
    const send = async (body: string): Promise<void> => {
      const path = body.length % 2 === 0 ? '/validate' : '/mutate';
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await answer.text();
      if (statusCode >= 500) throw new Error(`${statusCode} to ${body.slice(0, 500)}: ${text}`);
      // No stack trace, ever.
      if (/\bat .*\(.*:\d+:\d+\)/.test(text)) throw new Error(`a stack trace to ${body.slice(0, 500)}: ${text}`);
    };
    // What is slow at first only warms up.
    for (const body of fc.sample(hostileBody, 300)) await send(body);
    const before = await report('reset');
    const batch = 1_000;
    for (let sent = 0; sent < count; sent += batch) {
      const bodies = fc.sample(hostileBody, Math.min(batch, count - sent));
      const workers = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = worker; i < bodies.length; i += 8) await send(bodies[i]!);
      });
      await Promise.all(workers);
    }
    const after = await report();
    console.log(`${count} hostile bodies: longest stall ${after.longestStallMs.toFixed(0)} ms of CPU`);
    expect(webhook.exitCode).toBeNull();
    expect(after.prototypeNames).toEqual(before.prototypeNames);
    expect(after.longestStallMs).toBeLessThan(100);
    await pool.close();
    await create('after-hostility');
  }, 1_800_000);

  it('and connections that begin and never end block nobody', async () => {
    const { port } = new URL(url);
    const sockets = Array.from({ length: 200 }, () => {
      const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
      socket.on('error', () => undefined);
      return socket;
    });
    await sleep(500);
    await create('beside-silent-connections');
    for (const socket of sockets) socket.destroy();
  });
});
