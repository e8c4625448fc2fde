import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../../kube/watch/object-key.ts';

describe('keyOf', () => {
  it.each([
    ['a namespaced object', { namespace: 'ns', name: 'a' }, 'ns/a'],
    ['a cluster-scoped object', { name: 'a' }, '/a'],
    ['no metadata', undefined, '/'],
  ])('of %s', (_case, metadata, key) => {
    expect(keyOf(metadata)).toBe(key);
  });
});
