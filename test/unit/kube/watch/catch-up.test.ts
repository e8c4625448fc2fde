import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { JOB_RUNS } from '../../../../api/resources.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import { ResponseTooLargeError } from '../../../../kube/client/api-error.ts';
import type { KubeList, ListPage, ReadOptions } from '../../../../kube/client/request-options.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { catchUp } from '../../../../kube/watch/catch-up.ts';

const thing = (name: string, resourceVersion: string, uid = `uid-of-${name}`): KubeObject => ({
  metadata: { namespace: 'ns', name, uid, resourceVersion },
});

function cacheOf(objects: KubeObject[], resourceVersion: string): ObjectCache<KubeObject> {
  const cache = new ObjectCache<KubeObject>();
  cache.replace(objects, resourceVersion);
  return cache;
}

/** Pages of at most two objects. */
function serverOf(objects: KubeObject[], resourceVersion: string) {
  const asked: (ListPage & ReadOptions)[] = [];
  const list = <T extends KubeObject>(_resource: unknown, page: ListPage = {}, options: ReadOptions = {}) => {
    asked.push({ ...page, ...options });
    const { limit = 2 } = page;
    if (limit > 2) return Promise.reject(new ResponseTooLargeError('too large'));
    const from = Number(page.continue ?? 0);
    const rest = from + limit < objects.length ? { continue: String(from + limit) } : {};
    const answer = { items: objects.slice(from, from + limit), metadata: { resourceVersion, ...rest } };
    return Promise.resolve(answer as KubeList<T>);
  };
  return { list, asked };
}

function begin(cache: ObjectCache<KubeObject>, client: ReturnType<typeof serverOf>, patienceMs = 20_000) {
  const { signal } = new AbortController();
  const state = { done: false };
  const options = { client, resource: JOB_RUNS, selection: {}, cache, pageSize: 500, patienceMs, signal };
  const promise = catchUp(options).finally(() => {
    state.done = true;
  });
  return { state, promise };
}

/** Long enough for everything that does not wait for the cache. */
const aMoment = () => delay(50);

describe('catchUp', () => {
  it('asks for metadata only, of every page, and for less when the answer is too large', async () => {
    const objects = ['a', 'b', 'c', 'd', 'e'].map((name) => thing(name, '5'));
    const server = serverOf(objects, '10');
    await expect(begin(cacheOf(objects, '10'), server).promise).resolves.toBe(true);
    expect(server.asked.every(({ metadataOnly }) => metadataOnly === true)).toBe(true);
    const answered = server.asked.filter(({ limit = 0 }) => limit <= 2);
    expect(answered.map(({ continue: next }) => next)).toEqual([undefined, '2', '4']);
  });

  it.each<{ what: string; stored: KubeObject[]; event: (cache: ObjectCache<KubeObject>) => void }>([
    {
      what: 'a new object',
      stored: [thing('a', '5'), thing('b', '12')],
      event: (cache) => {
        cache.apply(thing('b', '12'));
      },
    },
    {
      what: 'a changed object',
      stored: [thing('a', '12')],
      event: (cache) => {
        cache.apply(thing('a', '12'));
      },
    },
    {
      what: 'another object of the same name',
      stored: [thing('a', '12', 'another-uid')],
      event: (cache) => {
        cache.apply(thing('a', '12', 'another-uid'));
      },
    },
    {
      what: 'a deletion',
      stored: [],
      event: (cache) => {
        cache.remove(thing('a', '12'));
      },
    },
    {
      what: 'that an object was deleted after it changed',
      stored: [thing('a', '5'), thing('b', '12')],
      event: (cache) => {
        cache.remove(thing('b', '13'));
      },
    },
  ])('waits until the watch reports $what', async ({ stored, event }) => {
    const cache = cacheOf([thing('a', '5')], '10');
    const { state, promise } = begin(cache, serverOf(stored, '20'));
    await aMoment();
    expect(state.done).toBe(false);
    event(cache);
    await expect(promise).resolves.toBe(true);
  });

  it('does not wait for what the cache has in a newer version', async () => {
    const cache = cacheOf([thing('a', '5')], '10');
    cache.apply(thing('a', '30'));
    cache.apply(thing('new', '31'));
    await expect(begin(cache, serverOf([thing('a', '5')], '20')).promise).resolves.toBe(true);
  });

  it('waits for the watch, also if this process wrote the newest version itself', async () => {
    const cache = cacheOf([thing('a', '5')], '10');
    cache.put(thing('a', '12'));
    const { state, promise } = begin(cache, serverOf([thing('a', '12'), thing('b', '11')], '20'));
    await aMoment();
    expect(state.done).toBe(false);
    cache.apply(thing('b', '11'));
    cache.advanceTo('12');
    await expect(promise).resolves.toBe(true);
  });

  it('gives up if the watch does not report it, or versions are not numbers', async () => {
    const late = serverOf([thing('a', '12')], '20');
    await expect(begin(cacheOf([thing('a', '5')], '10'), late, 30).promise).resolves.toBe(false);
    const opaque = serverOf([thing('a', 'x12')], 'x20');
    await expect(begin(cacheOf([thing('a', 'x5')], 'x10'), opaque, 30).promise).resolves.toBe(false);
  });
});
