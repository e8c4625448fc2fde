import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { starve } from '../../local-kubernetes/processes/starve.ts';
import { SyncerEnvironment } from '../integration/syncer-environment.ts';
import { runNamed, sized } from './arena.ts';
import { hostileBody, hostileReview } from './hostile-bodies.ts';
import { startWebhookTarget, type WebhookTarget } from './webhook-target.ts';

let environment: SyncerEnvironment;
let target: WebhookTarget;
let namespace: string;

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
  target = await startWebhookTarget(environment);
  namespace = await environment.namespace();
  await environment.template(namespace);
});

afterAll(async () => {
  await target.stop();
  await environment.stop();
});

const create = (name: string, templateRef = 'echo'): Promise<JobRun> =>
  environment.client.create<JobRun>(JOB_RUNS, namespace, { ...runNamed(name), spec: { templateRef } });

/** The serial number of the certificate that a new connection gets. */
async function servedSerial(): Promise<string> {
  const { port } = new URL(target.url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Creates runs until it is stopped, at the latest when the test ends. Returns every error. */
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
  const stop = async () => {
    stopped = true;
    await all;
    return { created, errors };
  };
  onTestFinished(async () => {
    await stop();
  });
  return { stop };
}

describe('certificates that change every second during 50 concurrent creates', () => {
  it('make no create fail, and new connections get the new one within 10 s', async () => {
    const creates = steadyCreates(50);
    const rotations = sized(60, 8);
    for (let i = 0; i < rotations; i += 1) {
      const before = await servedSerial();
      await target.newCertificate();
      await expect.poll(servedSerial, { timeout: 10_000, interval: 50 }).not.toBe(before);
      await sleep(1_000);
    }
    const { created, errors } = await creates.stop();
    expect(errors).toEqual([]);
    expect(created).toBeGreaterThan(rotations * 10);
  }, 300_000);
});

describe('a webhook that gets a tenth of the CPU', () => {
  it('responds, or the create fails with a clear timeout; afterwards everything works as before', async () => {
    const feed = starve(target.process);
    const creates = steadyCreates(10);
    await sleep(sized(60_000, 8_000));
    const { created, errors } = await creates.stop();
    await feed();
    console.log(`at a tenth of the CPU: ${created} created, ${errors.length} refused`);
    expect(created + errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toMatch(/timeout|deadline exceeded|in time/i);
    expect(target.process.exitCode).toBeNull();
    await create('after-starving');
  }, 180_000);
});

describe('hostile bodies', () => {
  it('cause no crash, no stall, and no change of Object.prototype', async () => {
    await environment.template('default', 'hostile');
    const count = sized(100_000, 3_000);
    const pool = new Pool(target.url, { connections: 8, connect: { rejectUnauthorized: false } });
    const send = async (body: string): Promise<void> => {
      const path = body.length % 2 === 0 ? '/validate' : '/mutate';
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await answer.text();
      if (statusCode === 404) throw new Error(`the webhook does not answer at ${path}`);
      if (statusCode >= 500) throw new Error(`${statusCode} to ${body.slice(0, 500)}: ${text}`);
      // Never a stack trace.
      if (/\bat [^\n(]*\([^\n]*:\d+:\d+\)/.test(text))
        throw new Error(`a stack trace to ${body.slice(0, 500)}: ${text}`);
    };
    // Slow first responses are only the warm-up.
    for (const body of fc.sample(hostileBody, 300)) await send(body);
    const before = await target.report('reset');
    const batch = 1_000;
    for (let sent = 0; sent < count; sent += batch) {
      const bodies = fc.sample(hostileBody, Math.min(batch, count - sent));
      const workers = Array.from({ length: 8 }, async (_, worker) => {
        for (let i = worker; i < bodies.length; i += 8) await send(bodies[i]!);
      });
      await Promise.all(workers);
    }
    const after = await target.report();
    console.log(`${count} hostile bodies: longest stall ${after.longestStallMs.toFixed(0)} ms of CPU`);
    expect(target.process.exitCode).toBeNull();
    expect(after.prototypeNames).toEqual(before.prototypeNames);
    expect(after.longestStallMs).toBeLessThan(100);
    await pool.close();
    await create('after-hostility');
  }, 1_800_000);

  it.each([
    ['lists', JSON.stringify(new Array(900_000).fill([]))],
    ['maps, as many as are read', JSON.stringify({ a: new Array(190_000).fill({}), b: 'b'.repeat(2_000_000) })],
    ['text', JSON.stringify('x'.repeat(2_900_000))],
  ])(
    'of the largest size, many at once, do not use up the memory: %s',
    async (_what, parameters) => {
      const review = hostileReview('PARAMETERS').replace('"PARAMETERS"', parameters);
      const pool = new Pool(target.url, { connections: 40, connect: { rejectUnauthorized: false } });
      const send = async () => {
        const headers = { 'content-type': 'application/json' };
        const { body } = await pool.request({ method: 'POST', path: '/validate', headers, body: review });
        return (await body.json()) as { response: { allowed: boolean } };
      };
      const flood = Promise.all(Array.from({ length: 80 }, send));
      await create(`beside-${parameters.length}`);
      for (const { response } of await flood) expect(response.allowed).toBe(false);
      expect(target.process.exitCode).toBeNull();
      await pool.close();
    },
    120_000,
  );

  it('and connections that are opened and never used delay no request', async () => {
    const { port } = new URL(target.url);
    const sockets = Array.from({ length: 200 }, () => {
      const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
      socket.on('error', () => undefined);
      return socket;
    });
    await sleep(500);
    await create('beside-silent-connections');
    // The API server already has a connection; a client without one gets a new one.
    expect(await servedSerial()).not.toBe('');
    for (const socket of sockets) socket.destroy();
  });
});

/** How many large templates are created at once. */
const FLOOD = 300;
/** The memory limit of the chart's container. */
const LIMIT_BYTES = 512 * 2 ** 20;

describe('300 templates at once whose sample Jobs have nearly 1 MiB', () => {
  /** The template itself has less than 32 KiB: most of those that are small are decided at once. No two share a dry run. */
  const largeTemplate = (index: number): KubeObject => {
    const command = new Array<string>(38).fill(`$(params.text) ${index}`);
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b', command }] } } };
    const parameters = [{ name: 'text', default: 'x'.repeat(25_000) }];
    const { group, version, kind } = JOB_TEMPLATES;
    return {
      apiVersion: `${group}/${version}`,
      kind,
      metadata: { name: `large-${index}` },
      spec,
      parameters,
    } as KubeObject;
  };

  it('do not use up the memory, and those that are not checked in time are allowed with a warning', async () => {
    const client = KubeClient.fromKubeConfig(environment.kubeConfig, { connections: 100, timeoutMs: 120_000 });
    let largest = 0;
    const watch = setInterval(() => {
      void target.report().then(({ rssBytes }) => (largest = Math.max(largest, rssBytes)));
    }, 250);
    const warnings: string[] = [];
    const onWarning = (text: string): number => warnings.push(text);
    const outcomes = await Promise.all(
      Array.from({ length: FLOOD }, (_, index) =>
        client.create(JOB_TEMPLATES, namespace, largeTemplate(index), { onWarning }).then(
          () => 'created',
          (error: unknown) => String(error),
        ),
      ),
    );
    clearInterval(watch);
    await client.close();
    const others = outcomes.filter((outcome) => outcome !== 'created');
    console.log(
      `${others.length} refused, ${warnings.length} unchecked, at most ${(largest / 2 ** 20).toFixed(0)} MiB`,
    );
    expect(target.process.exitCode).toBeNull();
    // The machine decides how many are answered within the five seconds that the API server waits.
    for (const outcome of others) expect(outcome).toMatch(/deadline exceeded|in time/);
    expect(others.length).toBeLessThan(FLOOD);
    for (const warning of warnings) expect(warning).toContain('could not be checked');
    expect(largest).toBeLessThan(LIMIT_BYTES);
    await create('after-large-templates');
  }, 300_000);
});
