import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { CallbackStatus } from '../../../../api/callback.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import type { AttemptOutcome } from '../../../../core/callback/attempt.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { WorkResult } from '../../../../kube/controller/work-queue.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { keyOf } from '../../../../kube/watch/object-key.ts';
import { CallbackDelivery } from '../../../../syncer/callback/callback-delivery.ts';
import type { CallbackRequest } from '../../../../syncer/callback/callback-sender.ts';
import { ownRunOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { ALWAYS_ALLOWED } from '../../../../syncer/write-guard.ts';
import { echoRun } from '../../core/objects.ts';
import { FakeTime } from './fake-time.ts';

const START = Date.parse('2026-11-28T12:00:00Z');
const HOUR = 3_600_000;
const CONFLICT = new KubeApiError({ method: 'PATCH', path: '/', code: 409, body: '' });

/** An API server with these runs, and receivers that answer as a test sets. */
class Trial {
  readonly time = new FakeTime();
  readonly sent: CallbackRequest[] = [];
  readonly events: string[] = [];
  readonly requests: string[] = [];
  /** Versions of runs that the cache got without a watch, as the state of their callback. */
  readonly storedStates: (string | undefined)[] = [];
  readonly stored = new Map<string, JobRun>();
  readonly cache = new ObjectCache<JobRun>({}, {}, ownRunOutline);
  answer: (request: CallbackRequest, stop: AbortSignal) => AttemptOutcome | Promise<AttemptOutcome> = () => ({
    kind: 'delivered',
  });
  /** Called before a status is stored; an error that it returns is thrown instead. */
  beforeWrite: (run: JobRun) => Error | undefined = () => undefined;
  delivery = this.#newDelivery();
  #version = 1;

  #newDelivery(): CallbackDelivery {
    return new CallbackDelivery({
      policy: { allowedHosts: ['*.example.com'], allowHttp: false, secrets: [] },
      client: { get: () => Promise.reject(new Error('no Secret is read')) },
      guard: ALWAYS_ALLOWED,
      clock: { now: () => START + this.time.ms },
      timers: this.time,
      sender: {
        send: async (request, stop) => {
          this.sent.push(request);
          return this.answer(request, stop);
        },
      },
      runs: this.cache,
      cluster: {
        getRun: (namespace, name) => {
          this.requests.push(`get ${name}`);
          return Promise.resolve(this.stored.get(`${namespace}/${name}`));
        },
        patchStatus: (run, status) => this.#patch(run, status),
      },
      events: { record: (_run, { note }) => this.events.push(note) },
      onStored: ({ status }) => this.storedStates.push(status?.callback?.state),
      outage: { failed: (): WorkResult => ({ afterMs: 100 }) },
      logger: pino({ level: 'silent' }),
    });
  }

  #patch(run: JobRun, status: { callback?: CallbackStatus }): Promise<JobRun> {
    this.requests.push(`patch ${run.metadata.name}`);
    const error = this.beforeWrite(run);
    if (error) return Promise.reject(error);
    return Promise.resolve(this.store({ ...run, status: { ...run.status, ...merged(run.status?.callback, status) } }));
  }

  /** A new process: it has the runs of the API server, and remembers nothing. */
  restart(): void {
    this.delivery = this.#newDelivery();
    this.delivery.start();
  }

  store(run: JobRun): JobRun {
    const stored = { ...run, metadata: { ...run.metadata, resourceVersion: String((this.#version += 1)) } };
    this.stored.set(keyOf(run.metadata), stored);
    this.cache.apply({ ...stored });
    return stored;
  }

  /** A finished run with a callback. */
  finished(name: string, callbackUrl = 'https://receiver.example.com/', namespace = 'team'): void {
    const run = echoRun({ callbackUrl }, { name, namespace, uid: `${namespace}-${name}` });
    const condition = { type: 'Finished', status: 'True' };
    this.store({ ...run, status: { conditions: [condition] } });
  }

  callback(name: string): CallbackStatus | undefined {
    return this.stored.get(`team/${name}`)?.status?.callback;
  }

  async settled(): Promise<void> {
    for (let turn = 0; turn < 2_000; turn += 1) await Promise.resolve();
  }

  async pass(ms: number): Promise<void> {
    this.time.pass(ms);
    await this.settled();
  }
}

function merged(before: object | undefined, { callback = {} }: { callback?: object }): { callback: CallbackStatus } {
  const entries = Object.entries({ ...before, ...callback }).filter(([, value]) => value !== null);
  return { callback: Object.fromEntries(entries) as unknown as CallbackStatus };
}

const failing: AttemptOutcome = { kind: 'failed', error: 'the receiver answered 500' };
const ids = (requests: CallbackRequest[]) => requests.map(({ headers }) => headers['ce-id']);

describe('the callback of a finished run', () => {
  it('is sent once, and noted with one write', async () => {
    const trial = new Trial();
    trial.delivery.start();
    trial.finished('a');
    trial.delivery.add('team/a');
    await trial.settled();
    expect(trial.requests).toEqual(['get a', 'patch a']);
    expect(trial.callback('a')).toEqual({ state: 'Delivered', attempts: 1, lastAttemptTime: '2026-11-28T12:00:00Z' });
    expect(trial.storedStates).toEqual([undefined, 'Delivered']);
    trial.delivery.add('team/a');
    await trial.settled();
    expect(trial.sent).toHaveLength(1);
    expect(trial.requests).toHaveLength(2);
  });

  it('is found at the start, without a request for the list', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.store(echoRun({ callbackUrl: 'https://receiver.example.com' }, { name: 'unfinished', uid: 'u' }));
    trial.store({
      ...echoRun({}, { name: 'none', uid: 'n' }),
      status: { conditions: [{ type: 'Finished', status: 'True' }] },
    });
    trial.delivery.start();
    await trial.settled();
    expect(trial.requests).toEqual(['get a', 'patch a']);
  });

  it('is tried again after growing delays, with the same id, until the receiver is back after an hour', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.answer = () => (trial.time.ms < HOUR ? failing : { kind: 'delivered' });
    trial.delivery.start();
    await trial.settled();
    expect(trial.callback('a')).toMatchObject({
      state: 'Pending',
      attempts: 1,
      lastError: 'the receiver answered 500',
    });
    while (trial.callback('a')?.state === 'Pending') await trial.pass(5_000);
    expect(trial.callback('a')).toMatchObject({ state: 'Delivered' });
    expect(trial.callback('a')).not.toHaveProperty('lastError');
    expect(trial.sent).toHaveLength(trial.callback('a')?.attempts ?? 0);
    expect(trial.sent.length).toBeGreaterThan(8);
    expect(trial.sent.length).toBeLessThan(13);
    expect(new Set(ids(trial.sent))).toEqual(new Set(['team-a-finished']));
    expect(trial.events).toEqual([]);
  });

  it('is given up after a day, with an Event', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.answer = () => failing;
    trial.delivery.start();
    await trial.settled();
    while (trial.callback('a')?.state === 'Pending') await trial.pass(600_000);
    expect(trial.callback('a')).toMatchObject({ state: 'Failed', attempts: 33 });
    expect(trial.time.ms / HOUR).toBeGreaterThan(23);
    expect(trial.events).toEqual(['The callback was given up after 33 attempts: the receiver answered 500']);
    expect(trial.requests.filter((request) => request === 'patch a')).toHaveLength(33);
  });

  it('that is not permitted any more is not sent', async () => {
    const trial = new Trial();
    trial.finished('a', 'https://evil.example.org/');
    trial.delivery.start();
    await trial.settled();
    expect(trial.sent).toEqual([]);
    expect(trial.callback('a')).toMatchObject({ state: 'Failed', attempts: 0 });
    expect(trial.events).toHaveLength(1);
  });

  it('of a run that was deleted is not sent', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.stored.clear();
    trial.delivery.start();
    await trial.settled();
    expect(trial.sent).toEqual([]);
  });

  it('of another run of the same name is not sent in its place', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.stored.set('team/a', echoRun({ callbackUrl: 'https://receiver.example.com' }, { name: 'a', uid: 'other' }));
    trial.delivery.start();
    await trial.settled();
    expect(trial.sent).toEqual([]);
  });
});

describe('an attempt', () => {
  it('that is not stored, as the run has changed, is noted without another one', async () => {
    const trial = new Trial();
    trial.finished('a');
    let conflicts = 0;
    trial.beforeWrite = () => ((conflicts += 1) < 3 ? CONFLICT : undefined);
    trial.delivery.start();
    await trial.settled();
    expect(trial.callback('a')).toMatchObject({ state: 'Delivered', attempts: 1 });
    expect(trial.sent).toHaveLength(1);
  });

  it('that is not stored, as the API server is down, is noted later without another one', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.beforeWrite = () => (trial.time.ms < 500 ? new KubeConnectionError('down') : undefined);
    trial.delivery.start();
    await trial.settled();
    for (let i = 0; i < 10; i += 1) await trial.pass(100);
    expect(trial.callback('a')).toMatchObject({ state: 'Delivered', attempts: 1 });
    expect(trial.sent).toHaveLength(1);
  });

  it('that is not stored when the process ends is made again, with the same id', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.beforeWrite = () => new KubeConnectionError('down');
    trial.delivery.start();
    await trial.settled();
    expect(trial.callback('a')).toBeUndefined();
    await trial.delivery.stop();
    trial.beforeWrite = () => undefined;
    trial.restart();
    await trial.settled();
    expect(ids(trial.sent)).toEqual(['team-a-finished', 'team-a-finished']);
    expect(trial.callback('a')).toMatchObject({ state: 'Delivered', attempts: 1 });
  });

  it('is not made before its time by the next process', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.answer = () => failing;
    trial.delivery.start();
    await trial.settled();
    await trial.delivery.stop();
    trial.restart();
    await trial.pass(8_000);
    expect(trial.sent).toHaveLength(1);
    await trial.pass(4_000);
    expect(trial.sent).toHaveLength(2);
  });

  it('in flight does not delay the end of the process, and is not noted', async () => {
    const trial = new Trial();
    trial.finished('a');
    trial.answer = (_request, stop) =>
      new Promise((_resolve, reject) => {
        stop.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    trial.delivery.start();
    await trial.settled();
    expect(trial.sent).toHaveLength(1);
    await trial.delivery.stop();
    expect(trial.callback('a')).toBeUndefined();
    expect(trial.requests).toEqual(['get a']);
  });
});

describe('receivers that never answer', () => {
  const hosts = (trial: Trial) => trial.sent.map(({ url }) => url.hostname);
  const hangs = (host: string) => (request: CallbackRequest) =>
    request.url.hostname.startsWith(host)
      ? new Promise<AttemptOutcome>(() => undefined)
      : ({ kind: 'delivered' } as const);

  it('of one host get few requests at once, and delay no other host of the namespace', async () => {
    const trial = new Trial();
    trial.answer = hangs('slow');
    for (let i = 0; i < 100; i += 1) trial.finished(`slow-${i}`, 'https://slow.example.com/');
    trial.finished('quick', 'https://quick.example.com/');
    trial.delivery.start();
    await trial.settled();
    expect(hosts(trial).filter((host) => host === 'slow.example.com')).toHaveLength(4);
    expect(trial.callback('quick')).toMatchObject({ state: 'Delivered' });
  });

  it('of many hosts of one namespace delay no other namespace', async () => {
    const trial = new Trial();
    trial.answer = hangs('slow');
    for (let i = 0; i < 100; i += 1) trial.finished(`slow-${i}`, `https://slow-${i}.example.com/`, 'hostile');
    trial.finished('quick', 'https://quick.example.com/');
    trial.delivery.start();
    await trial.settled();
    expect(hosts(trial).filter((host) => host.startsWith('slow'))).toHaveLength(8);
    expect(trial.callback('quick')).toMatchObject({ state: 'Delivered' });
  });

  it('of many namespaces are limited in all', async () => {
    const trial = new Trial();
    trial.answer = hangs('slow');
    for (let i = 0; i < 100; i += 1) trial.finished('a', `https://slow-${i}.example.com/`, `team-${i}`);
    trial.delivery.start();
    await trial.settled();
    expect(trial.sent).toHaveLength(32);
  });

  it('let the keys that wait for them continue, one by one, when they answer', async () => {
    const trial = new Trial();
    const answers: (() => void)[] = [];
    trial.answer = () =>
      new Promise((resolve) => {
        answers.push(() => {
          resolve({ kind: 'delivered' });
        });
      });
    for (let i = 0; i < 10; i += 1) trial.finished(`slow-${i}`, 'https://slow.example.com/');
    trial.delivery.start();
    await trial.settled();
    for (let i = 0; i < 10; i += 1) {
      answers[i]?.();
      await trial.settled();
    }
    expect(trial.sent).toHaveLength(10);
    expect(Array.from({ length: 10 }, (_, i) => trial.callback(`slow-${i}`)?.state)).toEqual(
      Array.from({ length: 10 }, () => 'Delivered'),
    );
  });
});
