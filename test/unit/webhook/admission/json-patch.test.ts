import fc from 'fast-check';
import jsonPatchLibrary from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../../../../webhook/admission/json-patch.ts';

const onTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const applied = (before: object, after: object): unknown =>
  jsonPatchLibrary.applyPatch(onTheWire(before), onTheWire(jsonPatch(before, after))).newDocument;

/** Objects as they may come: any JSON, and keys whose value is undefined. Keys that the library bans are not ours to patch. */
const key = fc.oneof(fc.string(), fc.constantFrom('a/b', 'c~d', 'hematoscope.app/x')).filter((k) => k !== '__proto__');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, 0, 1, '', 'x'),
    fc.array(fc.constantFrom(null, 1, 'x'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));

describe('jsonPatch', () => {
  it('makes the one of the other, whatever they are', () => {
    fc.assert(
      fc.property(json.object, json.object, (before, after) => {
        expect(applied(before as object, after as object)).toEqual(onTheWire(after));
      }),
    );
  });

  it('is empty for what is the same on the wire', () => {
    expect(jsonPatch({ a: undefined, b: 1 }, { b: 1 })).toEqual([]);
  });
});
