import jsonPatchLibrary, { type Operation } from 'fast-json-patch';

/**
 * The JSON Patch (RFC 6902) that makes `after` of `before`; empty when they are the same JSON. A key whose value is
 * `undefined` counts as absent, as it does on the wire.
 */
export function jsonPatch(before: object, after: object): Operation[] {
  return jsonPatchLibrary.compare(asOnTheWire(before), asOnTheWire(after));
}

function asOnTheWire(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
