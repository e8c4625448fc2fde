import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { JOBS } from '../../../../api/resources.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import { KubeApiError, KubeConnectionError, ResponseTooLargeError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import type { KubeList, ListPage, ReadOptions, WatchStart } from '../../../../kube/client/request-options.ts';
import { Reflector, type ReflectorOptions } from '../../../../kube/watch/reflector.ts';
import { WatchProtocolError } from '../../../../kube/watch/watch-stream.ts';
import type { WatchEvent } from '../../../../kube/watch/watch-stream.ts';

const thing = (name: string, resourceVersion: string, uid = `uid-of-${name}`): KubeObject => ({
  metadata: { namespace: 'ns', name, uid, resourceVersion },
});
const page = (resourceVersion: string, items: KubeObject[], next = ''): KubeList<KubeObject> => ({
  metadata: { resourceVersion, continue: next },
  items,
});
const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } } as const;

/** What a watch does: events, then its end: clean, with an error, or (by default) none until it is stopped. */
interface WatchScript {
  events?: WatchEvent<KubeObject>[];
  end?: 'clean' | Error;
}

/** A server that returns the scripted lists and watches, one after the other; the last of each is repeated. */
class ScriptedServer implements Pick<KubeClient, 'list' | 'watch'> {
  lists: ListPage[] = [];
  watches: WatchStart[] = [];
  readonly #lists: (KubeList<KubeObject> | Error)[];
  readonly #watches: WatchScript[];

  constructor(lists: (KubeList<KubeObject> | Error)[], watches: WatchScript[] = [{}]) {
    this.#lists = lists;
    this.#watches = watches;
  }

  async list<T extends KubeObject>(_resource: unknown, asked: ListPage = {}): Promise<KubeList<T>> {
    const answer = this.#lists[Math.min(this.lists.length, this.#lists.length - 1)]!;
    this.lists.push(asked);
    await Promise.resolve();
    if (answer instanceof Error) throw answer;
    return structuredClone(answer) as KubeList<T>;
  }

  async *watch<T extends KubeObject>(
    _resource: unknown,
    start: WatchStart,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const { events = [], end } = this.#watches[this.watches.length] ?? {};
    this.watches.push(start);
    for (const event of events) yield structuredClone(event) as WatchEvent<T>;
    if (end === 'clean') return;
    if (end) throw end;
    await new Promise((_resolve, reject) => {
      const abort = (): void => {
        reject(signal!.reason as Error);
      };
      if (signal!.aborted) abort();
      signal!.addEventListener('abort', abort);
    });
  }
}

const running: Reflector<KubeObject>[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((reflector) => reflector.stop()));
});

function reflect(
  server: Pick<KubeClient, 'list' | 'watch'>,
  told: string[] = [],
  options: Pick<ReflectorOptions<KubeObject>, 'trim'> = {},
): Reflector<KubeObject> {
  const name = (object: KubeObject): string => `${object.metadata!.name!}@${object.metadata!.resourceVersion!}`;
  const reflector = new Reflector<KubeObject>({
    ...options,
    client: server,
    resource: JOBS,
    logger: pino({ level: 'silent' }),
    handlers: {
      onAdd: (object) => told.push(`add ${name(object)}`),
      onUpdate: (_before, object) => told.push(`update ${name(object)}`),
      onDelete: (object) => told.push(`delete ${name(object)}`),
    },
    timing: { backoffBaseMs: 1, backoffMaxMs: 4, catchUpMs: 20 },
  });
  running.push(reflector);
  reflector.start();
  return reflector;
}

describe('Reflector', () => {
  it('lists page by page, then watches from the resource version of the list', async () => {
    const server = new ScriptedServer([page('10', [thing('a', '1')], 'more'), page('10', [thing('b', '2')])]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    expect(server.lists).toMatchObject([{ limit: 500 }, { limit: 500, continue: 'more' }]);
    expect(reflector.cache.size).toBe(2);
    await expect.poll(() => server.watches).toMatchObject([{ resourceVersion: '10' }]);
    expect(server.watches[0]!.timeoutSeconds).toBeGreaterThanOrEqual(300);
    expect(server.watches[0]!.timeoutSeconds).toBeLessThanOrEqual(600);
  });

  it('requests only the page that failed again, not the ones before', async () => {
    const server = new ScriptedServer([
      page('10', [thing('a', '1')], 'second'),
      new KubeConnectionError('reset'),
      new KubeConnectionError('reset'),
      page('10', [thing('b', '2')], 'third'),
      page('10', [thing('c', '3')]),
    ]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    expect(server.lists.map((asked) => asked.continue)).toEqual([undefined, 'second', 'second', 'second', 'third']);
    expect(reflector.cache.size).toBe(3);
  });

  it('asks for half as many objects after an answer that was too large', async () => {
    const server = new ScriptedServer([
      new ResponseTooLargeError('too large'),
      new ResponseTooLargeError('too large'),
      page('10', [thing('a', '1')], 'second'),
      new ResponseTooLargeError('too large'),
      page('10', [thing('b', '2')]),
    ]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    expect(server.lists.map(({ limit, continue: next }) => [limit, next])).toEqual([
      [500, undefined],
      [250, undefined],
      [125, undefined],
      [250, 'second'],
      [125, 'second'],
    ]);
    expect(reflector.cache.size).toBe(2);
  });

  it('reads no more than 8 MiB of a page, and trims its objects before it asks for the next', async () => {
    const server = new ScriptedServer([page('10', [thing('a', '1')], 'second'), page('10', [thing('b', '2')])]);
    const steps: unknown[] = [];
    const client: typeof server = Object.assign(Object.create(server) as typeof server, {
      list: (resource: unknown, asked: ListPage, { maxBytes }: ReadOptions) => {
        steps.push(['list', asked.continue, maxBytes]);
        return server.list(resource, asked);
      },
    });
    const trim = (object: KubeObject): KubeObject => {
      steps.push(['trim', object.metadata?.name]);
      return { metadata: { ...object.metadata, labels: { trimmed: 'true' } } };
    };
    const reflector = reflect(client, [], { trim });
    await reflector.whenSynced();
    const most = 8 * 1024 * 1024;
    expect(steps).toEqual([
      ['list', undefined, most],
      ['trim', 'a'],
      ['list', 'second', most],
      ['trim', 'b'],
    ]);
    expect(reflector.cache.list().map(({ metadata }) => metadata?.labels)).toEqual([
      { trimmed: 'true' },
      { trimmed: 'true' },
    ]);
  });

  it('starts the list again if the continue token of a page has expired', async () => {
    const tooOld = new KubeApiError({ method: 'GET', path: '/', code: 410, body: '' });
    const server = new ScriptedServer([page('10', [thing('a', '1')], 'second'), tooOld, page('12', [thing('b', '2')])]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    expect(server.lists.map((asked) => asked.continue)).toEqual([undefined, 'second', undefined]);
    expect(reflector.cache.size).toBe(1);
  });

  it('is not synced before the last page, and reports nothing before', async () => {
    const told: string[] = [];
    const server = new ScriptedServer([
      page('10', [thing('a', '1')], 'more'),
      new KubeConnectionError('reset'),
      page('11', [thing('a', '1')]),
    ]);
    const reflector = reflect(server, told);
    expect(reflector.synced).toBe(false);
    await reflector.whenSynced();
    expect(told).toEqual(['add a@1']);
  });

  it.each<[string, WatchScript]>([
    ['a clean end', { events: [{ type: 'ADDED', object: thing('a', '11') }], end: 'clean' }],
    ['a reset', { events: [{ type: 'ADDED', object: thing('a', '11') }], end: new KubeConnectionError('reset') }],
    [
      'an error within the stream',
      {
        events: [
          { type: 'ADDED', object: thing('a', '11') },
          { type: 'ERROR', object: { code: 500, message: 'ill' } },
        ],
      },
    ],
  ])('continues after %s from the last event, without a new list', async (_what, script) => {
    const server = new ScriptedServer([page('10', [])], [script, {}]);
    reflect(server);
    await expect.poll(() => server.watches).toMatchObject([{ resourceVersion: '10' }, { resourceVersion: '11' }]);
    expect(server.lists).toHaveLength(1);
  });

  it('continues from the last bookmark', async () => {
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '77' } } } as const;
    const server = new ScriptedServer([page('10', [])], [{ events: [bookmark], end: 'clean' }]);
    reflect(server);
    await expect.poll(() => server.watches[1]?.resourceVersion).toBe('77');
  });

  const status410 = JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired' });
  it.each<[string, WatchScript]>([
    ['410 in the stream', { events: [gone] }],
    ['410 as the response', { end: new KubeApiError({ method: 'GET', path: '/', code: 410, body: status410 }) }],
    ['a line that is not an event', { end: new WatchProtocolError('not JSON') }],
  ])('lists again after %s, and reports what it missed', async (_what, script) => {
    const told: string[] = [];
    const server = new ScriptedServer(
      [page('10', [thing('a', '1'), thing('b', '2')]), page('50', [thing('a', '30', 'another'), thing('c', '40')])],
      [script, {}],
    );
    reflect(server, told);
    await expect.poll(() => server.watches[1]?.resourceVersion).toBe('50');
    expect(told).toEqual(['add a@1', 'add b@2', 'delete b@2', 'delete a@1', 'add a@30', 'add c@40']);
  });

  it('reports what the watch delivers, in order', async () => {
    const told: string[] = [];
    const events: WatchEvent<KubeObject>[] = [
      { type: 'ADDED', object: thing('a', '11') },
      { type: 'MODIFIED', object: thing('a', '12') },
      { type: 'DELETED', object: thing('a', '13') },
    ];
    reflect(new ScriptedServer([page('10', [])], [{ events }]), told);
    await expect.poll(() => told).toEqual(['add a@11', 'update a@12', 'delete a@13']);
  });

  it('lists only metadata on request, if the cache has everything', async () => {
    const server = new ScriptedServer([page('10', [thing('a', '1')]), page('20', [thing('a', '1')])]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    await reflector.refresh();
    expect(server.lists).toHaveLength(2);
    expect(server.watches).toHaveLength(1);
  });

  it.each([
    { what: 'the watch does not bring what is missing', metadata: page('20', [thing('b', '15')]) },
    { what: 'the metadata cannot be listed', metadata: new KubeConnectionError('reset') },
  ])('lists everything again on request, if $what', async ({ metadata }) => {
    const server = new ScriptedServer([page('10', [thing('a', '1')]), metadata, page('20', [thing('b', '15')])]);
    const reflector = reflect(server);
    await reflector.whenSynced();
    await reflector.refresh();
    expect(reflector.cache.list().map(({ metadata: { name } = {} }) => name)).toEqual(['b']);
    await expect.poll(() => server.watches.at(-1)?.resourceVersion).toBe('20');
  });

  it('refreshes even if the first list fails', async () => {
    const server = new ScriptedServer([
      new KubeConnectionError('reset'),
      new KubeConnectionError('reset'),
      page('10', [thing('a', '1')]),
    ]);
    const reflector = reflect(server);
    await reflector.refresh();
    expect(reflector.cache.size).toBe(1);
  });

  it('survives a handler that throws', async () => {
    const server = new ScriptedServer(
      [page('10', [thing('a', '1')])],
      [{ events: [{ type: 'ADDED', object: thing('b', '11') }] }],
    );
    const reflector = new Reflector<KubeObject>({
      client: server,
      resource: JOBS,
      logger: pino({ level: 'silent' }),
      handlers: {
        onAdd: () => {
          throw new Error('a bug');
        },
      },
    });
    running.push(reflector);
    reflector.start();
    await expect.poll(() => reflector.cache.size).toBe(2);
    expect(server.lists).toHaveLength(1);
  });

  it('backs off if every watch ends immediately', async () => {
    const server = new ScriptedServer(
      [page('10', [])],
      Array.from({ length: 1000 }, () => ({ end: 'clean' as const })),
    );
    const reflector = new Reflector<KubeObject>({
      client: server,
      resource: JOBS,
      logger: pino({ level: 'silent' }),
      timing: { backoffBaseMs: 100, backoffMaxMs: 1000 },
    });
    running.push(reflector);
    reflector.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.watches.length).toBeGreaterThan(0);
    expect(server.watches.length).toBeLessThan(6);
  });

  it('stops while it waits, and rejects the promises that wait for it', async () => {
    const reflector = reflect(new ScriptedServer([new KubeConnectionError('reset')]));
    const synced = reflector.whenSynced();
    const refreshed = reflector.refresh();
    const outcomes = Promise.allSettled([synced, refreshed]);
    await reflector.stop();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
