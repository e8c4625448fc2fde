import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from '../../../../core/status/merge-patch.ts';

/** RFC 7386, section 2, as the API server applies it. */
function apply(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(isMap ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, apply(result.get(key), value));
  }
  return Object.fromEntries(result);
}

describe('mergePatch', () => {
  it.each<[string, object, object, unknown]>([
    ['is nothing when nothing differs', { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, undefined],
    ['is nothing when only undefined differs', { a: 1 }, { a: 1, b: undefined }, undefined],
    ['has what is new', { a: 1 }, { a: 1, b: 2 }, { b: 2 }],
    ['has null for a removed field', { a: 1, b: 2 }, { a: 1 }, { b: null }],
    ['recurses into objects', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['has lists as a whole', { a: [{ x: 1 }, { y: 2 }] }, { a: [{ x: 1 }, { y: 3 }] }, { a: [{ x: 1 }, { y: 3 }] }],
    ['distinguishes 0 from absent', {}, { ready: 0 }, { ready: 0 }],
  ])('%s', (_sentence, from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });

  it('turns one object into the other, whatever they are', () => {
    const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean());
    const key = fc.constantFrom('a', 'b', 'c');
    const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
      object: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(leaf, { maxLength: 3 }), tie('object')),
    }));
    fc.assert(
      fc.property(object, object, (from, to) => {
        const patch = mergePatch(from, to);
        expect(patch === undefined ? from : apply(from, patch)).toEqual(to);
        expect(mergePatch(to, to)).toBeUndefined();
      }),
    );
  });
});
