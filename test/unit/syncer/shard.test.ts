import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInShard, WHOLE } from '../../../syncer/shard.ts';

describe('isInShard', () => {
  it('puts each namespace into exactly one shard', () => {
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.integer({ min: 1, max: 64 }), (namespace, count) => {
        const shards = Array.from({ length: count }, (_, index) => ({ index, count }));
        expect(shards.filter((shard) => isInShard(namespace, shard))).toHaveLength(1);
      }),
    );
  });

  it('divides many namespaces evenly', () => {
    const namespaces = Array.from({ length: 1_000 }, (_, i) => `team-${i}`);
    for (const index of [0, 1, 2, 3]) {
      const share = namespaces.filter((namespace) => isInShard(namespace, { index, count: 4 })).length;
      expect(share).toBeGreaterThan(200);
      expect(share).toBeLessThan(300);
    }
  });

  it('never changes: a namespace that moves would have two syncers for a while', () => {
    const inFirst = (namespace: string) => isInShard(namespace, { index: 0, count: 2 });
    expect(['default', 'team-a', 'team-b', ''].map(inFirst)).toEqual([false, true, true, true]);
  });

  it('is always true without shards', () => {
    expect(isInShard('any', WHOLE)).toBe(true);
  });
});
