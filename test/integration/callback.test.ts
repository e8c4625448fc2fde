import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_MISSING_TEMPLATE } from '../../api/names.ts';
import { EVENTS, JOB_TEMPLATES, SECRETS } from '../../api/resources.ts';
import type { Job, KubeObject } from '../../api/wire.ts';
import { refusedAddress } from '../../core/callback/address-class.ts';
import { makeServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import type { SyncerConfig } from '../../syncer/config.ts';
import type { CallbackWiring } from '../../syncer/callback/wire-callbacks.ts';
import type { Syncer } from '../../syncer/start-syncer.ts';
import { FakeTime } from '../unit/syncer/callback/fake-time.ts';
import { answering, CallbackReceiver, RECEIVER_HOST } from './callback-receiver.ts';
import type { Behaviour } from './callback-receiver.ts';
import { failed } from './job-statuses.ts';
import { SyncerEnvironment } from './syncer-environment.ts';
import { startSyncerProcess } from './syncer-process.ts';
import type { SyncerProcess } from './syncer-process.ts';

const TOKEN = 'a-very-secret-token';
const HOUR = 3_600_000;

let environment: SyncerEnvironment;
let receiver: CallbackReceiver;
let directory: string;
let caBundle: string;
let time: FakeTime;

beforeAll(async () => {
  environment = await SyncerEnvironment.start({ controllerManager: false });
  directory = await mkdtemp(join(tmpdir(), 'job-template-run-receiver-'));
  const certificate = await makeServingCertificate({ directory, hosts: [RECEIVER_HOST] });
  caBundle = await readFile(certificate.ca, 'utf8');
  receiver = await CallbackReceiver.start(certificate);
});
afterEach(async () => {
  await environment.stopSyncers();
  receiver.behaviour = answering(204);
  receiver.received.length = 0;
});
afterAll(async () => {
  await receiver.close();
  await environment.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A syncer whose clock for callbacks stands still, and to which the receiver on loopback is a public host. */
async function syncer(config: Partial<SyncerConfig> = {}, wiring: CallbackWiring = {}): Promise<Syncer> {
  time = new FakeTime();
  const callbackWiring = {
    resolve: () => Promise.resolve(['127.0.0.1']),
    refused: () => undefined,
    clock: { now: () => Date.now() + time.ms },
    timers: time,
    timeoutMs: 2_000,
    ...wiring,
  };
  return environment.syncer(
    { callbackAllowedHosts: '*.example.com', callbackCaBundle: caBundle, ...config },
    { callbackWiring },
  );
}

/** Creates a run with a callback and completes its Job. */
async function finished(namespace: string, name: string, spec: object = {}): Promise<void> {
  await environment.run(namespace, name, { spec: { callbackUrl: receiver.url, ...spec } });
  const { job } = await environment.withJob(namespace, name);
  await environment.complete(job);
}

const callbackOf = (run: JobRun) => run.status?.callback;
const settled = (namespace: string, name: string) =>
  environment.runThat(namespace, name, (run) => ['Delivered', 'Failed'].includes(callbackOf(run)?.state ?? ''));
const attempted = (namespace: string, name: string, attempts: number) =>
  environment.runThat(namespace, name, (run) => callbackOf(run)?.attempts === attempts);

async function namespaceWithTemplate(): Promise<string> {
  const namespace = await environment.namespace();
  await environment.template(namespace);
  return namespace;
}

describe('the callback', () => {
  it('has the result of the run, the attributes of CloudEvents, and the token', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer();
    await finished(namespace, 'done', { callbackToken: TOKEN });
    const run = await settled(namespace, 'done');
    expect(callbackOf(run)).toMatchObject({ state: 'Delivered', attempts: 1 });
    const [callback, ...more] = receiver.of('done');
    expect(more).toEqual([]);
    expect(callback).toMatchObject({ method: 'POST', path: '/done' });
    expect(callback?.body).toMatchObject({
      name: 'done',
      namespace,
      status: 'Complete',
      uid: run.metadata.uid,
      phase: 'Succeeded',
      template: { kind: 'JobTemplate', name: 'echo' },
      revision: run.status?.template?.revision,
      completionTime: run.status?.completionTime,
    });
    expect(callback?.headers).toMatchObject({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-type': 'app.hematoscope.jobrun.finished',
      'ce-id': `${run.metadata.uid}-finished`,
      'ce-source': `/apis/hematoscope.app/v1/namespaces/${namespace}/jobruns`,
      'ce-subject': 'done',
      authorization: `Bearer ${TOKEN}`,
    });
  });

  it('has the time of the API server if the clock of the leader is wrong', async () => {
    const namespace = await namespaceWithTemplate();
    const clock = { now: () => Date.now() + HOUR, monotonic: () => performance.now() };
    const callbackWiring = { resolve: () => Promise.resolve(['127.0.0.1']), refused: () => undefined };
    const config = { callbackAllowedHosts: '*.example.com', callbackCaBundle: caBundle };
    await environment.syncer(config, { callbackWiring, clock });
    await finished(namespace, 'on-time');
    const { lastAttemptTime = '' } = callbackOf(await settled(namespace, 'on-time'))!;
    expect(Math.abs(Date.parse(lastAttemptTime) - Date.now())).toBeLessThan(HOUR / 2);
  });

  it('is also sent for a run that never had a Job', async () => {
    const namespace = await environment.namespace();
    await syncer();
    const metadata = { annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Fail' } };
    await environment.run(namespace, 'without-job', { metadata, spec: { callbackUrl: receiver.url } });
    await settled(namespace, 'without-job');
    expect(receiver.of('without-job')).toMatchObject([
      { body: { status: 'Failed', reason: 'TemplateNotFound', phase: 'Failed' } },
    ]);
  });

  it('is signed with the key of the Secret, which is not sent', async () => {
    const namespace = await namespaceWithTemplate();
    const key = Buffer.from('the key of the receiver').toString('base64');
    const secret = { metadata: { name: 'callback' }, stringData: { key: `whsec_${key}` } };
    await environment.client.create<KubeObject>(SECRETS, namespace, secret);
    await syncer({ callbackSecrets: `${namespace}/callback` });
    await finished(namespace, 'signed', { callbackTokenSecretRef: { name: 'callback', key: 'key' } });
    await settled(namespace, 'signed');
    const { headers, body } = receiver.of('signed')[0]!;
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${JSON.stringify(body)}`;
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(content).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect(headers['webhook-id']).toBe(headers['ce-id']);
    expect(JSON.stringify(headers)).not.toContain(key);
  });

  it('waits for a Secret that does not exist yet', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer({ callbackSecrets: `${namespace}/late` });
    await finished(namespace, 'late', { callbackTokenSecretRef: { name: 'late', key: 'token' } });
    const run = await attempted(namespace, 'late', 1);
    expect(callbackOf(run)).toMatchObject({ state: 'Pending', lastError: 'Secret "late" does not exist' });
    const secret = { metadata: { name: 'late' }, stringData: { token: TOKEN } };
    await environment.client.create<KubeObject>(SECRETS, namespace, secret);
    time.pass(HOUR);
    await settled(namespace, 'late');
    expect(receiver.of('late')).toMatchObject([{ headers: { authorization: `Bearer ${TOKEN}` } }]);
  });

  it('leaves its token nowhere but in the run', async () => {
    const namespace = await namespaceWithTemplate();
    receiver.behaviour = answering(404);
    await syncer();
    await finished(namespace, 'hidden', { callbackToken: TOKEN, callbackUrl: `${receiver.url}?key=${TOKEN}` });
    const { status } = await settled(namespace, 'hidden');
    await expect.poll(() => environment.eventReasons(namespace)).toContain('CallbackFailed');
    const events = await environment.client.list(EVENTS, { namespace });
    const everything = [status, await environment.jobs(namespace), events, environment.logLines];
    expect(JSON.stringify(everything)).not.toContain(TOKEN);
  });

  it('costs a run that has none nothing', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer();
    await environment.run(namespace, 'none');
    const { job } = await environment.withJob(namespace, 'none');
    await environment.complete(job);
    await environment.runThat(namespace, 'none', ({ status }) => status?.phase === 'Succeeded');
    const before = environment.proxy.requests.length;
    await finished(namespace, 'other');
    await settled(namespace, 'other');
    const ofNone = environment.proxy.requests.slice(before).filter(({ path }) => /\/jobruns\/none\b/.test(path));
    expect(ofNone).toEqual([]);
    expect(environment.sent('GET', /\/secrets\//)).toBe(0);
    // One read and one write for the other run, after its final status.
    expect(environment.sent('GET', /\/jobruns\/other$/)).toBe(1);
  });
});

describe('the callback of the first users', () => {
  it('has the five fields, also if the Job has failed', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer();
    await environment.run(namespace, 'failed', { spec: { callbackUrl: receiver.url } });
    const { job } = await environment.withJob(namespace, 'failed');
    await environment.patchJobStatus(job, failed());
    await settled(namespace, 'failed');
    await finished(namespace, 'complete');
    await settled(namespace, 'complete');
    expect(receiver.of('failed')[0]?.body).toMatchObject({
      name: 'failed',
      namespace,
      status: 'Failed',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    });
    expect(receiver.of('complete')[0]?.body).toMatchObject({ name: 'complete', namespace, status: 'Complete' });
    for (const { body } of receiver.received) {
      for (const name of ['reason', 'message']) expect(typeof body[name]).toBe('string');
    }
  });

  it('is sent again after a 503, with the token of the Secret, which the Job does not have', async () => {
    const namespace = await namespaceWithTemplate();
    const secret = { metadata: { name: 'callback' }, stringData: { token: TOKEN } };
    await environment.client.create<KubeObject>(SECRETS, namespace, secret);
    receiver.behaviour = answering(503);
    await syncer({ callbackSecrets: `${namespace}/callback` });
    await finished(namespace, 'retried', { callbackTokenSecretRef: { name: 'callback', key: 'token' } });
    await attempted(namespace, 'retried', 1);
    receiver.behaviour = answering(200);
    time.pass(HOUR);
    expect(callbackOf(await settled(namespace, 'retried'))).toMatchObject({ state: 'Delivered', attempts: 2 });
    for (const { headers } of receiver.of('retried')) expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(JSON.stringify(await environment.jobs(namespace))).not.toContain(TOKEN);
  });
});

describe('the callback of a template', () => {
  const callbackOfTemplate = (url: string) => ({
    runs: { callback: { url, tokenSecretRef: { name: 'callback', key: 'token' } } },
  });
  const changeTemplate = async (namespace: string, change: object): Promise<unknown> =>
    environment.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, change);
  const runOf = async (namespace: string, name: string, spec: object = {}): Promise<Job> => {
    await environment.run(namespace, name, { spec });
    return (await environment.withJob(namespace, name)).job;
  };

  async function begin(): Promise<{ namespace: string; restart: () => Promise<void> }> {
    const namespace = await namespaceWithTemplate();
    const secret = { metadata: { name: 'callback' }, stringData: { token: TOKEN } };
    await environment.client.create<KubeObject>(SECRETS, namespace, secret);
    let running = await syncer({ callbackSecrets: `${namespace}/callback` });
    // A syncer that starts knows the template as it is then.
    const restart = async (): Promise<void> => {
      await running.stop();
      running = await syncer({ callbackSecrets: `${namespace}/callback` });
    };
    return { namespace, restart };
  }

  it('is that of the present template when the run finishes, whatever happens to the template later', async () => {
    const { namespace, restart } = await begin();
    const job = await runOf(namespace, 'inherits');
    await changeTemplate(namespace, callbackOfTemplate(receiver.url));
    await restart();
    receiver.behaviour = answering(500);
    await environment.complete(job);
    const noted = await attempted(namespace, 'inherits', 1);
    expect(callbackOf(noted)).toMatchObject({
      state: 'Pending',
      url: receiver.url,
      lastError: 'the receiver answered 500',
    });
    await changeTemplate(namespace, callbackOfTemplate('https://later.example.com'));
    await environment.client.delete(JOB_TEMPLATES, { namespace, name: 'echo' });
    receiver.behaviour = answering(204);
    time.pass(HOUR);
    const run = await settled(namespace, 'inherits');
    expect(callbackOf(run)).toMatchObject({ state: 'Delivered', attempts: 2, url: receiver.url });
    const [one, two, ...more] = receiver.of('inherits');
    expect(more).toEqual([]);
    expect(two?.body).toEqual(one?.body);
    expect(two?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'ce-id': one?.headers['ce-id'] });
  });

  it('does not reach runs that have finished already, that have their own, or that clear it', async () => {
    const { namespace, restart } = await begin();
    await environment.complete(await runOf(namespace, 'before'));
    await environment.runThat(namespace, 'before', ({ status }) => status?.phase === 'Succeeded');
    await changeTemplate(namespace, callbackOfTemplate('https://template.example.com'));
    await restart();
    const own = await runOf(namespace, 'own', { callbackUrl: receiver.url });
    const none = await runOf(namespace, 'none', { callbackUrl: '' });
    await environment.complete(none);
    await environment.runThat(namespace, 'none', ({ status }) => status?.phase === 'Succeeded');
    await environment.complete(own);
    expect(callbackOf(await settled(namespace, 'own'))).toMatchObject({ state: 'Delivered' });
    const [callback] = receiver.of('own');
    // The token is for the receiver of the template.
    expect(callback?.headers).not.toHaveProperty('authorization');
    for (const name of ['before', 'none'])
      expect(callbackOf(await environment.getRun(namespace, name))).toBeUndefined();
  });

  it('is sent by the next leader, also for a run that never had a Job', async () => {
    const namespace = await namespaceWithTemplate();
    await changeTemplate(namespace, { runs: { callback: { url: receiver.url } } });
    receiver.behaviour = answering(503);
    const first = await syncer();
    await environment.run(namespace, 'refused', { spec: { parameters: { unknown: 'x' } } });
    await attempted(namespace, 'refused', 1);
    await first.stop();
    receiver.behaviour = answering(204);
    await syncer();
    time.pass(HOUR);
    expect(callbackOf(await settled(namespace, 'refused'))).toMatchObject({ state: 'Delivered', attempts: 2 });
    expect(receiver.of('refused').at(-1)?.body).toMatchObject({ status: 'Failed', reason: 'JobRefused' });
  });
});

describe('a receiver that', () => {
  it('fails in every way gets the same callback again, until it accepts it', async () => {
    const namespace = await namespaceWithTemplate();
    const elsewhere: string[] = [];
    const failures: [Behaviour, string][] = [
      [answering(500), 'the receiver answered 500'],
      [
        answering(307, { location: `${receiver.url}/elsewhere` }),
        'the receiver answered 307: redirects are not followed',
      ],
      [(request) => request.socket.destroy(), 'the receiver closed the connection without an answer'],
      [() => undefined, 'the receiver did not answer in time'],
      [answering(429, { 'retry-after': '60' }), 'the receiver answered 429'],
    ];
    const errors: (string | undefined)[] = [];
    const slow: Behaviour = (_request, response) => setTimeout(() => response.writeHead(202).end(), 500);
    receiver.behaviour = (request, response) => {
      if (request.url?.endsWith('elsewhere') === true) elsewhere.push(request.url);
      const [behaviour] = failures[receiver.of('again').length - 1] ?? [slow];
      behaviour(request, response);
    };
    await syncer();
    await finished(namespace, 'again');
    for (const [index] of failures.entries()) {
      errors.push(callbackOf(await attempted(namespace, 'again', index + 1))?.lastError);
      time.pass(HOUR);
    }
    expect(errors).toEqual(failures.map(([, error]) => error));
    const run = await settled(namespace, 'again');
    expect(callbackOf(run)).toMatchObject({ state: 'Delivered', attempts: 6 });
    expect(callbackOf(run)).not.toHaveProperty('nextAttemptTime');
    expect(elsewhere).toEqual([]);
    expect(new Set(receiver.of('again').map(({ headers }) => headers['ce-id'])).size).toBe(1);
  });

  it('is away for an hour gets the callback when it is back', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer();
    await receiver.close();
    onTestFinished(() => receiver.listen());
    await finished(namespace, 'away');
    for (let attempts = 1; time.ms < HOUR; attempts += 1) {
      const run = await attempted(namespace, 'away', attempts);
      expect(callbackOf(run)).toMatchObject({ state: 'Pending', lastError: 'the receiver refused the connection' });
      time.pass(Date.parse(callbackOf(run)?.nextAttemptTime ?? '') - Date.now() - time.ms + 1_000);
    }
    await receiver.listen();
    time.pass(HOUR);
    const run = await settled(namespace, 'away');
    expect(callbackOf(run)).toMatchObject({ state: 'Delivered' });
    expect(callbackOf(run)?.attempts).toBeGreaterThan(5);
    expect(receiver.of('away')).toHaveLength(1);
  });

  it('never answers delays neither other receivers nor other work', async () => {
    const namespace = await namespaceWithTemplate();
    const held: (() => void)[] = [];
    receiver.behaviour = (_request, response) => {
      if (receiver.received.at(-1)?.body['name'] === 'quick') response.end();
      else held.push(() => response.end());
    };
    await syncer({}, { timeoutMs: 60_000 });
    for (let index = 0; index < 6; index += 1) await finished(namespace, `stuck-${index}`);
    await expect.poll(() => held.length).toBe(4);
    await finished(namespace, 'quick', { callbackUrl: receiver.url.replace(RECEIVER_HOST, 'other.example.com') });
    // The certificate has another name: the attempt was made, and failed.
    const run = await attempted(namespace, 'quick', 1);
    expect(callbackOf(run)?.lastError).toMatch(/certificate/);
    expect(held).toHaveLength(4);
    for (const answer of held) answer();
    await expect.poll(() => held.length).toBe(6);
    for (const answer of held) answer();
    for (let index = 0; index < 6; index += 1) await settled(namespace, `stuck-${index}`);
  });

  it('refuses the callback for good is not called again, and the run gets an Event', async () => {
    const namespace = await namespaceWithTemplate();
    receiver.behaviour = answering(410);
    await syncer();
    await finished(namespace, 'refused');
    const run = await settled(namespace, 'refused');
    expect(callbackOf(run)).toMatchObject({ state: 'Failed', attempts: 1 });
    await expect.poll(() => environment.eventReasons(namespace)).toContain('CallbackFailed');
    time.pass(24 * HOUR);
    expect(receiver.of('refused')).toHaveLength(1);
  });
});

describe('a leader that ends', () => {
  it('between the delivery and its note: the next one delivers it again, with the same id', async () => {
    const namespace = await namespaceWithTemplate();
    const first = await syncer();
    environment.proxy.onRequest = ({ method, path }) =>
      receiver.of('twice').length > 0 && method === 'PATCH' && path.includes('/jobruns/') ? 'cutBefore' : 'pass';
    await finished(namespace, 'twice');
    await expect.poll(() => receiver.of('twice').length).toBe(1);
    await first.stop();
    expect(callbackOf(await environment.getRun(namespace, 'twice'))).toBeUndefined();
    environment.proxy.onRequest = () => 'pass';
    await syncer();
    expect(callbackOf(await settled(namespace, 'twice'))).toMatchObject({ state: 'Delivered', attempts: 1 });
    const [one, two, ...more] = receiver.of('twice');
    expect(more).toEqual([]);
    expect(two?.headers['ce-id']).toBe(one?.headers['ce-id']);
    expect(two?.body).toEqual(one?.body);
  });

  it('killed between the delivery and its note: the next one delivers it again, with the same id', async () => {
    const namespace = await namespaceWithTemplate();
    const processes: SyncerProcess[] = [];
    const start = (): SyncerProcess => {
      const lease = { LEASE_DURATION_SECONDS: '10', RENEW_DEADLINE_SECONDS: '8', RETRY_PERIOD_SECONDS: '1' };
      const callbacks = { CALLBACK_ALLOWED_HOSTS: '*.example.com', CALLBACK_CA_BUNDLE: caBundle };
      const config = { ...lease, ...callbacks, LEADER_ELECTION: 'true', POD_NAMESPACE: namespace, POD_NAME: 'syncer' };
      const main = join(import.meta.dirname, 'callback-syncer.ts');
      const child = startSyncerProcess(environment.proxy.kubeConfig, config, main);
      processes.push(child);
      return child;
    };
    onTestFinished(async () => {
      for (const child of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
    });
    const noted = Promise.withResolvers<'cutBefore'>();
    environment.proxy.onRequest = ({ method, path }) =>
      receiver.of('killed').length > 0 && method === 'PATCH' && path.includes('/jobruns/killed')
        ? noted.promise
        : 'pass';
    const first = start();
    await environment.run(namespace, 'killed', { spec: { callbackUrl: receiver.url } });
    await environment.runThat(namespace, 'killed', ({ status }) => status?.jobName !== undefined, 40_000);
    await environment.complete((await environment.withJob(namespace, 'killed')).job);
    await expect.poll(() => receiver.of('killed').length, { timeout: 20_000 }).toBe(1);
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    noted.resolve('cutBefore');
    expect(callbackOf(await environment.getRun(namespace, 'killed'))).toBeUndefined();
    environment.proxy.onRequest = () => 'pass';
    start();
    const run = await environment.runThat(
      namespace,
      'killed',
      (seen) => callbackOf(seen)?.state === 'Delivered',
      40_000,
    );
    expect(callbackOf(run)).toMatchObject({ attempts: 1 });
    const [one, two, ...more] = receiver.of('killed');
    expect(more).toEqual([]);
    expect(two?.headers['ce-id']).toBe(one?.headers['ce-id']);
    expect(two?.body).toEqual(one?.body);
  }, 120_000);

  it('while the receiver does not answer: it ends soon, and the next one delivers', async () => {
    const namespace = await namespaceWithTemplate();
    receiver.behaviour = () => undefined;
    const first = await syncer({}, { timeoutMs: 600_000 });
    await finished(namespace, 'hanging');
    await expect.poll(() => receiver.of('hanging').length).toBe(1);
    // Resolves: without an end of the attempt it would wait for ten minutes.
    await first.stop();
    receiver.behaviour = answering(200);
    await syncer();
    expect(callbackOf(await settled(namespace, 'hanging'))).toMatchObject({ state: 'Delivered', attempts: 1 });
  });

  it('loses no callback of runs that finished while nobody worked', async () => {
    const namespace = await namespaceWithTemplate();
    receiver.behaviour = answering(503);
    const first = await syncer();
    for (const name of ['a', 'b', 'c']) await finished(namespace, name);
    for (const name of ['a', 'b', 'c']) await attempted(namespace, name, 1);
    await first.stop();
    receiver.behaviour = answering(200);
    await syncer();
    const lists = environment.sent('GET', /\/jobruns\?(?!.*watch)/);
    time.pass(HOUR);
    for (const name of ['a', 'b', 'c']) {
      expect(callbackOf(await settled(namespace, name))).toMatchObject({ state: 'Delivered', attempts: 2 });
    }
    expect(environment.sent('GET', /\/jobruns\?(?!.*watch)/)).toBe(lists);
  });
});

describe('no callback is sent', () => {
  it.each<[string, Partial<SyncerConfig>, CallbackWiring, RegExp]>([
    [
      'to the address of the API server',
      {},
      { refused: refusedAddress },
      /has the address of the API server, and is not called/,
    ],
    [
      'to a host whose certificate is not trusted',
      { callbackCaBundle: '' },
      {},
      /certificate of the receiver is not trusted/,
    ],
    ['to a host that is no longer permitted', { callbackAllowedHosts: 'other.example.com' }, {}, /Unsupported value/],
    ['while no host is permitted', { callbackAllowedHosts: '' }, {}, /callbacks\.allowedHosts/],
  ])('%s, also if no webhook has checked the run', async (_, config, wiring, error) => {
    const namespace = await namespaceWithTemplate();
    await syncer(config, wiring);
    await finished(namespace, 'refused');
    const run = await environment.runThat(namespace, 'refused', (seen) => callbackOf(seen)?.lastError !== undefined);
    expect(callbackOf(run)?.lastError).toMatch(error);
    expect(receiver.received).toEqual([]);
  });

  it('to a Secret that is not permitted', async () => {
    const namespace = await namespaceWithTemplate();
    await syncer({ callbackSecrets: 'elsewhere/callback' });
    await finished(namespace, 'secret', { callbackTokenSecretRef: { name: 'callback', key: 'token' } });
    expect(callbackOf(await settled(namespace, 'secret'))).toMatchObject({ state: 'Failed', attempts: 0 });
    expect(environment.sent('GET', /\/secrets\//)).toBe(0);
  });

  it('to a name that has another address after it was checked', async () => {
    const namespace = await namespaceWithTemplate();
    const answers = [['10.255.255.1'], ['127.0.0.1']];
    await syncer(
      {},
      { resolve: () => Promise.resolve(answers.shift() ?? ['127.0.0.1']), refused: refusedAddress, timeoutMs: 500 },
    );
    await finished(namespace, 'rebinding');
    const first = await attempted(namespace, 'rebinding', 1);
    expect(callbackOf(first)?.lastError).not.toMatch(/not called/);
    time.pass(HOUR);
    const second = await attempted(namespace, 'rebinding', 2);
    expect(callbackOf(second)?.lastError).toMatch(/and is not called/);
    expect(receiver.received).toEqual([]);
  });
});
