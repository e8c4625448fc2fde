import { beforeEach, expect, it } from 'vitest';
import type { ClusterJobTemplate, JobTemplate } from '../../../../api/job-template.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { TemplateLookup } from '../../../../webhook/lookups/template-lookup.ts';
import { echoTemplate } from '../../core/objects.ts';
import { FakeApiServer, noAnswer, refusal } from '../fake-api-server.ts';

const KEY = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;
const { signal } = new AbortController();

let apiServer: FakeApiServer;
let cache: ObjectCache<JobTemplate>;
let clusterCache: ObjectCache<ClusterJobTemplate>;
let lookup: TemplateLookup;

beforeEach(() => {
  apiServer = new FakeApiServer();
  cache = new ObjectCache<JobTemplate>();
  clusterCache = new ObjectCache<ClusterJobTemplate>();
  lookup = new TemplateLookup(apiServer, { JobTemplate: cache, ClusterJobTemplate: clusterCache });
});

const named = (name: string, namespace?: string) =>
  ({ ...echoTemplate(), metadata: { name, namespace } }) as JobTemplate;

it('finds a template in the cache of its kind, without a request', () => {
  cache.apply(named('echo', 'team'));
  expect(lookup.cached(KEY)).toMatchObject({ metadata: { name: 'echo' } });
  expect(lookup.cached({ kind: 'ClusterJobTemplate', name: 'echo' })).toBeUndefined();
  expect(apiServer.gets).toBe(0);
});

it('returns only the names of templates of the kind and namespace', () => {
  for (const [name, namespace] of [
    ['a', 'team'],
    ['b', 'team'],
    ['c', 'other'],
  ] as const) {
    cache.apply(named(name, namespace));
  }
  clusterCache.apply(named('d') as unknown as ClusterJobTemplate);
  expect(lookup.names(KEY).toSorted()).toEqual(['a', 'b']);
  expect(lookup.names({ kind: 'ClusterJobTemplate', name: 'x' })).toEqual(['d']);
});

it('finds a template in the API server, whatever the cache contains', async () => {
  cache.apply(named('echo', 'team'));
  expect(await lookup.findLive(KEY, signal)).toEqual({ kind: 'missing' });
  apiServer.templates.set('team/echo', echoTemplate());
  expect(await lookup.findLive(KEY, signal)).toEqual({ kind: 'live', template: echoTemplate() });
});

it.each([
  ['no response', noAnswer(), 'POST /: no answer in 2500 ms'],
  ['a refusal', refusal(403, 'forbidden'), 'forbidden'],
])('does not know a template after %s', async (_, error, why) => {
  apiServer.down = error;
  expect(await lookup.findLive(KEY, signal)).toMatchObject({
    kind: 'unknown',
    why: expect.stringContaining(why) as string,
  });
});

it('does not wait longer than the signal', async () => {
  apiServer.get = () => new Promise(() => undefined);
  expect(await lookup.findLive(KEY, AbortSignal.abort())).toEqual({
    kind: 'unknown',
    why: 'the API server took too long to answer',
  });
});

it('passes on a bug', async () => {
  apiServer.down = new TypeError('a bug');
  await expect(lookup.findLive(KEY, signal)).rejects.toThrow('a bug');
});

it('calls that arrive together share requests', async () => {
  apiServer.templates.set('team/echo', echoTemplate());
  await Promise.all(Array.from({ length: 10 }, () => lookup.findLive(KEY, signal)));
  expect(apiServer.gets).toBe(2);
});

it.each([
  ['JobTemplate', { kind: 'JobTemplate', namespace: 'team', name: 'echo' }, 'jobtemplates'],
  ['ClusterJobTemplate', { kind: 'ClusterJobTemplate', name: 'echo' }, 'clusterjobtemplates'],
] as const)('requests a %s by its own resource, for at most a second', async (_, key, plural) => {
  const requests: unknown[][] = [];
  apiServer.get = (...request) => {
    requests.push(request);
    return Promise.resolve(echoTemplate() as never);
  };
  await lookup.findLive(key, signal);
  expect(requests).toEqual([
    [
      expect.objectContaining({ plural }),
      { namespace: 'namespace' in key ? key.namespace : undefined, name: 'echo' },
      { timeoutMs: 1000 },
    ],
  ]);
});
