import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Job, KubeObject } from '../../../../api/wire.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { DryRunTurns } from '../../../../webhook/lookups/dry-run-turns.ts';
import type { JobToTry } from '../../../../webhook/lookups/job-to-try.ts';
import { refusal } from '../fake-api-server.ts';

const KIB = 1024;
const { signal: never } = new AbortController();
const ACCEPTED = { kind: 'accepted', warnings: [] };

/** An API server that answers when the test lets it. */
class SlowApiServer implements Pick<KubeClient, 'create'> {
  /** The names of the Jobs that were sent, in order. */
  readonly sent: string[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<undefined>>();

  async create<T extends KubeObject>(_resource: unknown, _namespace: string | undefined, body: T): Promise<T> {
    const name = body.metadata?.name ?? '';
    const answer = Promise.withResolvers<undefined>();
    this.#answers.set(name, answer);
    this.sent.push(name);
    await answer.promise;
    return body;
  }

  async answer(name: string, error?: Error): Promise<void> {
    if (error) this.#answers.get(name)?.reject(error);
    else this.#answers.get(name)?.resolve(undefined);
    await turn();
  }
}

let apiServer: SlowApiServer;
let turns: DryRunTurns;
/** What happened to the Jobs. */
let steps: string[];

beforeEach(() => {
  apiServer = new SlowApiServer();
  turns = new DryRunTurns(apiServer, 100 * KIB);
  steps = [];
});

/** The Job `NAMESPACE-NAME`. */
function job(name: string, bytes: number): JobToTry {
  const namespace = name.split('-')[0];
  const rendered: Job = { metadata: { name, namespace: namespace ?? '' } };
  return {
    namespace,
    bytes,
    job: () => {
      steps.push(`${name} is used`);
      return rendered;
    },
    release: () => steps.push(`${name} is released`),
  };
}

const large = (name: string) => job(name, 50 * KIB);
const run = (tried: JobToTry, signal = never) => turns.run(tried, signal);

describe('dry runs', () => {
  it('of small Jobs never wait', async () => {
    const all = ['a-1', 'a-2', 'a-3', 'a-4'].map((name) => run(job(name, 32 * KIB)));
    expect(apiServer.sent).toEqual(['a-1', 'a-2', 'a-3', 'a-4']);
    for (const name of apiServer.sent) await apiServer.answer(name);
    expect(await Promise.all(all)).toEqual([ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
  });

  it('of large Jobs are sent while there are bytes for them, and small ones do not wait for them', async () => {
    const all = ['a-1', 'a-2', 'a-3'].map((name) => run(large(name)));
    const small = run(job('a-small', 1 * KIB));
    await turn();
    expect(apiServer.sent).toEqual(['a-1', 'a-2', 'a-small']);
    await apiServer.answer('a-2');
    expect(apiServer.sent).toEqual(['a-1', 'a-2', 'a-small', 'a-3']);
    for (const name of apiServer.sent) await apiServer.answer(name);
    expect(await Promise.all([...all, small])).toEqual([ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED]);
  });

  it('of the largest Jobs are sent one by one', async () => {
    const all = ['a-1', 'b-1'].map((name) => run(job(name, 1024 * KIB)));
    await turn();
    expect(apiServer.sent).toEqual(['a-1']);
    await apiServer.answer('a-1');
    await apiServer.answer('b-1');
    expect(await Promise.all(all)).toEqual([ACCEPTED, ACCEPTED]);
  });

  it('of one namespace do not delay those of another, however many they are', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `a-${index}`);
    const all = [...names, 'b-0', 'b-1'].map((name) => run(large(name)));
    for (let answered = 0; answered < 22; answered += 1) {
      await turn();
      await apiServer.answer(apiServer.sent[answered]!);
    }
    expect(apiServer.sent.slice(0, 7)).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'a-3', 'b-1', 'a-4']);
    await Promise.all(all);
  });

  it.each<[string, Error, object]>([
    ['are refused', refusal(403, 'exceeded quota', { name: 'x' }), { kind: 'forbidden' }],
    ['meet a bug', new TypeError('a bug'), new TypeError('a bug')],
  ])('that %s make room for the next', async (_, error, outcome) => {
    const first = run(job('a-1', 100 * KIB)).catch((thrown: unknown) => thrown);
    const second = run(large('a-2'));
    await apiServer.answer('a-1', error);
    expect(await first).toMatchObject(outcome);
    await apiServer.answer('a-2');
    expect(await second).toEqual(ACCEPTED);
  });

  it('whose turn does not come in time are not sent, and the next one is', async () => {
    const overdue = new AbortController();
    const first = run(large('a-1'));
    const tooLate = run(job('a-2', 100 * KIB), overdue.signal);
    const next = run(large('a-3'));
    await turn();
    expect(apiServer.sent).toEqual(['a-1']);
    overdue.abort();
    expect(await tooLate).toEqual({ kind: 'unknown', why: 'the dry runs of other large Jobs took too long' });
    expect(apiServer.sent).toEqual(['a-1', 'a-3']);
    await apiServer.answer('a-1');
    await apiServer.answer('a-3');
    expect(await Promise.all([first, next])).toEqual([ACCEPTED, ACCEPTED]);
  });

  it('hold no Job while they wait', async () => {
    const all = [run(job('a-1', 100 * KIB)), run(large('a-2'))];
    await turn();
    expect(steps).toEqual(['a-1 is used', 'a-2 is released']);
    await apiServer.answer('a-1');
    expect(steps.slice(2)).toEqual(['a-2 is used']);
    await apiServer.answer('a-2');
    await Promise.all(all);
  });
});
