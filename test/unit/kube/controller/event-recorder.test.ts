import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { CallOptions } from '../../../../kube/client/request-options.ts';
import type { Timers } from '../../../../kube/controller/timers.ts';
import { FakeTime } from '../../syncer/callback/fake-time.ts';
import { EventRecorder } from '../../../../kube/controller/event-recorder.ts';

interface Written extends KubeObject {
  note?: string;
  reason?: string;
}

function trial(
  write: (event: Written, signal: AbortSignal | undefined) => Promise<void> = () => Promise.resolve(),
  timers?: Timers,
) {
  const written: Written[] = [];
  const log: string[] = [];
  const recorder = new EventRecorder({
    client: {
      create: async <T extends KubeObject>(_r: unknown, _n: unknown, body: T, options?: CallOptions) => {
        await write(body, options?.signal);
        written.push(body);
        return body;
      },
    },
    controller: 'example.com/test',
    instance: 'test-1',
    timers,
    logger: pino({ level: 'debug' }, { write: (line: string) => log.push(line) }),
  });
  return { recorder, written, log };
}

const object = (name: string, uid = 'uid-1', namespace = 'ns'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace, uid },
});
const happening = (reason: string, note = 'It happened') => ({ type: 'Normal' as const, reason, action: 'Test', note });

describe('EventRecorder', () => {
  it('names an Event after object and reason, so that it is recorded once', async () => {
    const { recorder, written } = trial();
    recorder.record(object('a'), happening('Created'));
    recorder.record(object('a'), happening('Created'));
    recorder.record(object('a'), happening('Completed'));
    recorder.record(object('a', 'uid-2'), happening('Created'));
    await recorder.stop(1_000);
    const names = written.map(({ metadata }) => metadata?.name);
    expect(names[0]).toMatch(/^a\.[0-9a-f]{16}$/);
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
  });

  it('keeps names and notes within their length limits', async () => {
    const { recorder, written } = trial();
    recorder.record(object(`${'long.'.repeat(50)}end`), happening('Created', 'ü'.repeat(2_000)));
    await recorder.stop(1_000);
    expect(written[0]!.metadata!.name!.length).toBeLessThanOrEqual(253);
    expect(written[0]!.metadata!.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(Buffer.byteLength(written[0]!.note!)).toBeLessThanOrEqual(1_024);
    expect(written[0]!.note).toMatch(/^ü+…$/);
  });

  it('logs what it could not write, and continues', async () => {
    const { recorder, written, log } = trial((event) =>
      event.reason === 'Bad' ? Promise.reject(new Error('no permission')) : Promise.resolve(),
    );
    recorder.record(object('a'), happening('Bad'));
    recorder.record(object('a'), happening('Good'));
    await recorder.stop(1_000);
    expect(written.map(({ reason }) => reason)).toEqual(['Good']);
    expect(log.join()).toContain('no permission');
  });

  it('logs no warning about an Event in a namespace that is being deleted', async () => {
    const causes = [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }];
    const body = JSON.stringify({
      kind: 'Status',
      reason: 'Forbidden',
      message: 'is being terminated',
      details: { causes },
    });
    const { recorder, log } = trial(() =>
      Promise.reject(new KubeApiError({ method: 'POST', path: '/events', code: 403, body })),
    );
    recorder.record(object('a'), happening('Created'));
    await recorder.stop(1_000);
    expect(log.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([20]);
  });

  it('retains what it could not write while the server was away', async () => {
    let away = 3;
    const { recorder, written, log } = trial(() => {
      away -= 1;
      return away >= 0 ? Promise.reject(new KubeConnectionError('reset')) : Promise.resolve();
    });
    recorder.record(object('a'), happening('Late'));
    await recorder.stop(5_000);
    expect(written.map(({ reason }) => reason)).toEqual(['Late']);
    expect(log).toEqual([]);
  });

  it('logs nothing about an Event that an earlier process recorded', async () => {
    const body = JSON.stringify({ kind: 'Status', code: 409, reason: 'AlreadyExists' });
    const { recorder, log } = trial(() =>
      Promise.reject(new KubeApiError({ method: 'POST', path: '/', code: 409, body })),
    );
    recorder.record(object('a'), happening('Created'));
    await recorder.stop(1_000);
    expect(log).toEqual([]);
  });

  it('waits no longer than the given time, and reports what is left', async () => {
    const { recorder, log } = trial(() => new Promise(() => undefined));
    for (let index = 0; index < 5; index += 1) recorder.record(object('a'), happening(`Reason${index}`));
    await recorder.stop(20);
    expect(log.join()).toContain('"left":2');
  });
});

describe('EventRecorder during urgent work', () => {
  it('writes few Events while there is urgent work, and the rest afterwards', async () => {
    const written: KubeObject[] = [];
    let busy = true;
    const recorder = new EventRecorder({
      client: {
        create: <T extends KubeObject>(_resource: unknown, _namespace: unknown, body: T) => {
          written.push(body);
          return Promise.resolve(body);
        },
      },
      controller: 'example.com/test',
      instance: 'test-1',
      logger: pino({ level: 'silent' }),
      busy: () => busy,
    });
    for (let i = 0; i < 50; i += 1) recorder.record(object(`object-${i}`, `uid-${i}`), happening('Created'));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(6);
    busy = false;
    await expect.poll(() => written.length).toBe(50);
    await recorder.stop(1_000);
  });

  it('does not make a stopping process wait for the urgent work', async () => {
    const { recorder, written } = trial();
    for (let i = 0; i < 20; i += 1) recorder.record(object(`object-${i}`, `uid-${i}`), happening('Created'));
    await recorder.stop(1_000);
    expect(written).toHaveLength(20);
  });

  it('counts dropped Events, and logs them from time to time', async () => {
    const { recorder, log } = trial(() => new Promise(() => undefined));
    for (let i = 0; i < 10_100; i += 1) recorder.record(object(`object-${i}`, `uid-${i}`), happening('Created'));
    expect(log.filter((line) => line.includes('events dropped'))).toHaveLength(1);
    await recorder.stop(0);
  });
});

describe('Events of a namespace', () => {
  /** Writes hang in these namespaces, and the others are quick. */
  function hanging(namespaces: string[]) {
    const time = new FakeTime();
    const sent: string[] = [];
    const result = trial((event, signal) => {
      const namespace = event.metadata?.namespace ?? '';
      sent.push(namespace);
      if (!namespaces.includes(namespace)) return Promise.resolve();
      const { promise, reject } = Promise.withResolvers<undefined>();
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      return promise;
    }, time);
    const record = (namespace: string, count: number): void => {
      for (let i = 0; i < count; i += 1)
        result.recorder.record(object(`a-${i}`, `uid-${i}`, namespace), happening('X'));
    };
    return { ...result, time, sent, record };
  }

  it('whose writes hang delay those of others by a second, and then not at all', async () => {
    const { time, sent, record, recorder } = hanging(['slow']);
    record('slow', 100);
    record('quick', 5);
    await turn();
    expect(sent).toEqual(['slow', 'slow', 'slow']);
    time.pass(1_000);
    await turn();
    expect(sent.filter((namespace) => namespace === 'quick')).toHaveLength(5);
    record('quick', 2);
    await turn();
    expect(sent.slice(-2)).toEqual(['quick', 'quick']);
    void recorder.stop(0);
    time.pass(0);
  });

  it('whose writes hang use two writes, however many namespaces they are', async () => {
    const namespaces = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { time, sent, record, recorder } = hanging(namespaces);
    for (const namespace of namespaces) record(namespace, 10);
    for (let second = 0; second < 5; second += 1) {
      await turn();
      time.pass(1_000);
    }
    await turn();
    record('quick', 5);
    await turn();
    expect(sent.filter((namespace) => namespace === 'quick')).toHaveLength(5);
    void recorder.stop(0);
    time.pass(0);
  });

  it('that are answered with an error are written again, and delay none of the others', async () => {
    const time = new FakeTime();
    const failure = new KubeApiError({ method: 'POST', path: '/', code: 500, body: '' });
    let fails = true;
    const { recorder, written } = trial((event) => {
      return event.metadata?.namespace === 'broken' && fails ? Promise.reject(failure) : Promise.resolve();
    }, time);
    for (let i = 0; i < 5; i += 1) recorder.record(object(`a-${i}`, `uid-${i}`, 'broken'), happening('X'));
    recorder.record(object('b', 'uid', 'other'), happening('X'));
    await turn();
    expect(written.map(({ metadata }) => metadata?.namespace)).toEqual(['other']);
    fails = false;
    for (let i = 0; i < 3; i += 1) {
      time.pass(10_000);
      await turn();
    }
    expect(written).toHaveLength(6);
  });

  it('that has very many waiting loses its own first', async () => {
    const { record, recorder, written, log, time } = hanging(['slow']);
    record('slow', 10_003);
    record('quick', 10);
    time.pass(1_000);
    await turn();
    expect(written).toHaveLength(10);
    expect(log.filter((line) => line.includes('events dropped'))).toHaveLength(1);
    void recorder.stop(0);
    time.pass(0);
  });

  it('is quick again after a write that was', async () => {
    const slow = ['slow'];
    const { time, sent, record, recorder } = hanging(slow);
    record('slow', 1);
    await turn();
    time.pass(1_000);
    slow.pop();
    record('slow', 4);
    await turn();
    expect(sent).toHaveLength(5);
    void recorder.stop(0);
    time.pass(0);
  });
});
