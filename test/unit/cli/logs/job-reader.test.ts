import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../../../../api/wire.ts';
import { readJob } from '../../../../cli/logs/job-reader.ts';
import type { ReadJob } from '../../../../cli/logs/job-reader.ts';
import { LogOutput } from '../../../../cli/logs/log-output.ts';
import { prefixOf } from '../../../../cli/logs/log-source.ts';
import { pieceFormat } from '../../../../cli/logs/piece-format.ts';
import type { LogChoice } from '../../../../cli/logs/pod-reader.ts';
import { StreamSlots } from '../../../../cli/logs/stream-slots.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { Sink } from './log-kit.ts';

/** What a node answers to one request for a log: text, and then perhaps an error. */
type Answer = string | { text?: string; error: Error };

const ended = (exitCode: number, id = 'id', reason?: string) => ({
  terminated: { exitCode, containerID: id, ...(reason !== undefined && { reason }) },
});
const status = (name: string, state: object, more: object = {}) => ({
  name,
  restartCount: 0,
  containerID: 'id',
  state,
  ...more,
});

interface PodParts {
  spec?: object;
  status?: object;
  created?: number;
}

const podOf = (name: string, { spec = {}, status: own = {}, created = 0 }: PodParts = {}): Pod =>
  ({
    metadata: { name, namespace: 'team', uid: name, creationTimestamp: `2026-01-01T00:00:0${created}Z` },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main' }], ...spec },
    status: { phase: 'Succeeded', containerStatuses: [status('main', ended(0))], ...own },
  }) as unknown as Pod;

/** The lines of a log, one in each second. */
const log = (...lines: string[]) => lines.map((line, at) => `2026-01-01T00:00:${10 + at}.5Z ${line}\n`).join('');

/** A cluster with these Pods, whose nodes answer what a test says: one answer for each request. */
class FakeCluster {
  readonly requests: { key: string; query: { sinceTime?: string } }[] = [];
  readonly #pods: readonly Pod[];
  readonly #answers: Readonly<Record<string, Answer[]>>;

  /** @param answers by `POD/CONTAINER`, and `POD/CONTAINER previous` */
  constructor(pods: readonly Pod[], answers: Record<string, Answer | Answer[]>) {
    this.#pods = pods;
    this.#answers = Object.fromEntries(Object.entries(answers).map(([key, given]) => [key, [given].flat()]));
  }

  get client(): ReadJob['client'] {
    return {
      list: () => Promise.resolve({ items: this.#pods, metadata: { resourceVersion: '1' } }),
      watch: () => {
        throw new Error('not needed');
      },
      log: (pod: { name: string }, query: { container: string; previous?: boolean; sinceTime?: string }) =>
        this.#log(`${pod.name}/${query.container}${query.previous === true ? ' previous' : ''}`, query),
    } as unknown as ReadJob['client'];
  }

  async *#log(key: string, query: { sinceTime?: string }): AsyncGenerator<Uint8Array> {
    this.requests.push({ key, query });
    const answers = this.#answers[key] ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    const { text, error } = typeof answer === 'object' ? answer : { text: answer, error: undefined };
    await Promise.resolve();
    if (text !== undefined) yield Buffer.from(text);
    if (error) throw error;
  }
}

/** Reads the output of a Job that has finished. */
async function read(cluster: FakeCluster, { choice = {}, spec = {} }: { choice?: LogChoice; spec?: object } = {}) {
  const job = { metadata: { name: 'job', namespace: 'team', uid: 'job' }, spec: { backoffLimit: 3, ...spec } } as Job;
  const sink = new Sink();
  const notes: string[] = [];
  const prefix = (source: Parameters<typeof prefixOf>[0]) => prefixOf(source, { pod: false, container: true });
  const format = pieceFormat({ format: 'text', timestamps: false, isTerminal: false, prefix });
  const { client } = cluster;
  await readJob(
    { client, job, finished: AbortSignal.abort() },
    {
      client,
      output: new LogOutput(sink, format),
      signal: new AbortController().signal,
      options: { follow: false },
      slots: new StreamSlots(50),
      notify: (note) => notes.push(note),
      choice,
      settleMs: 0,
      inTurn: true,
    },
  );
  return { output: sink.text, notes };
}

const refusal = (code: number, reason: string) => {
  const body = JSON.stringify({ kind: 'Status', code, reason, message: reason });
  return new KubeApiError({ method: 'GET', path: '/log', code, body });
};

describe('the output of a finished Job', () => {
  it('has its Pods in the order of their creation, and says how an attempt ended before the next one', async () => {
    const failed = { phase: 'Failed', containerStatuses: [status('main', ended(137, 'id', 'OOMKilled'))] };
    const pods = [podOf('b', { created: 5 }), podOf('a', { created: 1, status: failed })];
    const cluster = new FakeCluster(pods, { 'a/main': log('one'), 'b/main': log('two') });
    expect(await read(cluster)).toEqual({
      output: '[main] one\n[main] two\n',
      notes: ['attempt 2 of 4; attempt 1: exit 137, OOMKilled'],
    });
  });

  it('has the init containers first, and only those that are chosen', async () => {
    const statuses = {
      initContainerStatuses: [status('init', ended(0))],
      containerStatuses: [status('main', ended(0)), status('side', ended(0))],
    };
    const spec = { initContainers: [{ name: 'init' }], containers: [{ name: 'main' }, { name: 'side' }] };
    const answers = { 'a/init': log('i'), 'a/main': log('m'), 'a/side': log('s') };
    const of = () => new FakeCluster([podOf('a', { spec, status: statuses })], answers);
    expect((await read(of())).output).toBe('[init] i\n[main] m\n[side] s\n');
    expect((await read(of(), { choice: { container: 'side' } })).output).toBe('[side] s\n');
  });

  it('has the instance before a restart, and only the attempt that is chosen', async () => {
    const restarted = status('main', ended(0, 'second'), { restartCount: 1, lastState: ended(3, 'first') });
    const pod = podOf('a', { spec: { restartPolicy: 'OnFailure' }, status: { containerStatuses: [restarted] } });
    const answers = { 'a/main previous': log('first'), 'a/main': log('second') };
    expect(await read(new FakeCluster([pod], answers))).toEqual({
      output: '[main] first\n[main] second\n',
      notes: ['attempt 2 of 4; attempt 1: exit 3'],
    });
    expect((await read(new FakeCluster([pod], answers), { choice: { attempt: 2 } })).output).toBe('[main] second\n');
  });

  it('is read again where the connection broke: no line is lost, and none is doubled', async () => {
    const whole = log('one', 'two', 'three');
    const error = new KubeConnectionError('reset');
    const cut = { text: whole.slice(0, whole.indexOf('two') + 6), error };
    const cluster = new FakeCluster([podOf('a')], { 'a/main': [cut, whole] });
    expect(await read(cluster)).toEqual({ output: '[main] one\n[main] two\n[main] three\n', notes: [] });
    const [first, again] = cluster.requests.map(({ query }) => query.sinceTime);
    expect([first, again]).toEqual([undefined, '2026-01-01T00:00:09Z']);
  });

  it('says what is missing, and reads the rest', async () => {
    const cluster = new FakeCluster([podOf('a', { created: 1 }), podOf('b', { created: 2 })], {
      'a/main': { error: refusal(404, 'NotFound') },
      'b/main': log('two'),
    });
    const { output, notes } = await read(cluster);
    expect(output).toBe('[main] two\n');
    expect(notes).toContain('the output of container main of Pod a could not be read: the Pod was deleted');
  });

  it('is not read at all if the user may not', async () => {
    const forbidden = refusal(403, 'Forbidden');
    await expect(read(new FakeCluster([podOf('a')], { 'a/main': { error: forbidden } }))).rejects.toBe(forbidden);
  });

  it('takes one index of an Indexed Job', async () => {
    const indexed = (name: string, index: number) => {
      const pod = podOf(name);
      return {
        ...pod,
        metadata: { ...pod.metadata, annotations: { 'batch.kubernetes.io/job-completion-index': String(index) } },
      };
    };
    const cluster = new FakeCluster([indexed('a', 0), indexed('b', 1)], {
      'a/main': log('zero'),
      'b/main': log('one'),
    });
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2 };
    expect((await read(cluster, { choice: { index: 1 }, spec })).output).toBe('[main] one\n');
  });
});
