import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';

interface Thing extends KubeObject {
  value?: string;
}

const thing = (name: string, resourceVersion: string, more: { uid?: string; value?: string } = {}): Thing => ({
  metadata: {
    namespace: 'ns',
    name,
    uid: more.uid ?? `uid-of-${name}`,
    resourceVersion,
    managedFields: [{ manager: 'kubectl' }],
  },
  ...(more.value !== undefined && { value: more.value }),
});

function recorded(): { cache: ObjectCache<Thing>; told: string[] } {
  const told: string[] = [];
  const version = (object: Thing): string => `${object.metadata!.name!}@${object.metadata!.resourceVersion!}`;
  const cache = new ObjectCache<Thing>(
    {
      onAdd: (object) => told.push(`add ${version(object)}`),
      onUpdate: (before, after) => told.push(`update ${version(before)} to ${version(after)}`),
      onDelete: (last) => told.push(`delete ${version(last)}`),
    },
    { byValue: ({ value }) => (value === undefined ? [] : [value]) },
  );
  return { cache, told };
}

describe('ObjectCache', () => {
  it('reports additions, changes and deletions', () => {
    const { cache, told } = recorded();
    cache.apply(thing('a', '5'));
    cache.apply(thing('a', '6'));
    cache.remove(thing('a', '7'));
    expect(told).toEqual(['add a@5', 'update a@5 to a@6', 'delete a@7']);
    expect(cache.size).toBe(0);
  });

  it('reports whether the watch saw a deletion', () => {
    const seen: string[] = [];
    const cache = new ObjectCache<Thing>({
      onDelete: ({ metadata }, deletion) => seen.push(`${metadata!.name!} ${deletion}`),
    });
    cache.replace([thing('a', '1'), thing('b', '2'), thing('c', '3')], '3');
    cache.remove(thing('a', '4'));
    cache.apply(thing('b', '5', { uid: 'recreated' }));
    cache.replace([thing('b', '5', { uid: 'recreated' })], '6');
    expect(seen).toEqual(['a watched', 'b missed', 'c missed']);
  });

  it('stores what the processes need, without the managed fields', () => {
    const { cache } = recorded();
    cache.apply(thing('a', '5'));
    expect(cache.get('ns', 'a')?.metadata).toEqual({
      namespace: 'ns',
      name: 'a',
      uid: 'uid-of-a',
      resourceVersion: '5',
    });
    expect(cache.get('other', 'a')).toBeUndefined();
  });

  it('treats an object of the same name and another uid as another object', () => {
    const { cache, told } = recorded();
    cache.replace([thing('a', '5')], '5');
    cache.replace([thing('a', '9', { uid: 'new' })], '9');
    expect(told).toEqual(['add a@5', 'delete a@5', 'add a@9']);
  });

  it('reports deletions and additions that happened while no watch was open', () => {
    const { cache, told } = recorded();
    cache.replace([thing('a', '5'), thing('b', '6')], '7');
    cache.replace([thing('b', '6'), thing('c', '8')], '9');
    expect(told.slice(2)).toEqual(['delete a@5', 'add c@8']);
  });

  describe('own writes', () => {
    it('are visible immediately, without a notification, and not reported when the watch delivers them', () => {
      const { cache, told } = recorded();
      cache.apply(thing('a', '5'));
      cache.put(thing('a', '9'));
      expect(cache.get('ns', 'a')?.metadata?.resourceVersion).toBe('9');
      cache.apply(thing('a', '7'));
      cache.apply(thing('a', '9'));
      expect(cache.get('ns', 'a')?.metadata?.resourceVersion).toBe('9');
      expect(told).toEqual(['add a@5']);
      cache.apply(thing('a', '10'));
      expect(told.at(-1)).toBe('update a@9 to a@10');
    });

    it('survive a list that is older than they are', () => {
      const { cache } = recorded();
      cache.replace([], '5');
      cache.put(thing('a', '9'));
      cache.replace([], '8');
      expect(cache.get('ns', 'a')).toBeDefined();
      cache.replace([], '10');
      expect(cache.get('ns', 'a')).toBeUndefined();
    });

    it('do not restore an object that the watch has reported as deleted', () => {
      const { cache } = recorded();
      cache.apply(thing('a', '5'));
      cache.remove(thing('a', '12'));
      cache.put(thing('a', '11'));
      expect(cache.get('ns', 'a')).toBeUndefined();
    });

    it('are left to the watch if versions cannot be compared', () => {
      const { cache } = recorded();
      cache.apply(thing('a', 'x1'));
      cache.put(thing('a', 'x2'));
      expect(cache.get('ns', 'a')?.metadata?.resourceVersion).toBe('x1');
      cache.apply(thing('a', 'x2'));
      expect(cache.get('ns', 'a')?.metadata?.resourceVersion).toBe('x2');
    });
  });

  it('does not remove a new object on the late deletion of an old one', () => {
    const { cache } = recorded();
    cache.apply(thing('a', '9', { uid: 'new' }));
    cache.remove(thing('a', '8', { uid: 'old' }));
    expect(cache.get('ns', 'a')?.metadata?.uid).toBe('new');
  });

  it('finds objects by index, before and after a change', () => {
    const { cache } = recorded();
    cache.apply(thing('a', '1', { value: 'red' }));
    cache.apply(thing('b', '2', { value: 'red' }));
    expect(cache.byIndex('byValue', 'red').map(({ metadata }) => metadata?.name)).toEqual(['a', 'b']);
    cache.apply(thing('a', '3', { value: 'blue' }));
    cache.remove(thing('b', '4', { value: 'red' }));
    expect(cache.byIndex('byValue', 'red')).toEqual([]);
    expect(cache.byIndex('byValue', 'blue')).toHaveLength(1);
  });

  it('reports nothing once it is muted', () => {
    const { cache, told } = recorded();
    cache.mute();
    cache.apply(thing('a', '1'));
    expect(told).toEqual([]);
  });
});
