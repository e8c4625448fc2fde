type JsonObject = Record<string, unknown>;

/**
 * The merge patch (RFC 7386) that turns `from` into `to`: only what differs, `null` for a removed field, whole lists.
 * Returns `undefined` if nothing differs. A field that is `undefined` counts as absent.
 */
export function mergePatch(from: object, to: object): JsonObject | undefined {
  const before = from as JsonObject;
  const after = to as JsonObject;
  const patch: JsonObject = {};
  for (const key of Object.keys(before)) if (before[key] !== undefined && after[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    const known = before[key];
    if (value === undefined || isEqual(known, value)) continue;
    patch[key] = isObject(known) && isObject(value) ? mergePatch(known, value) : value;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Deep equality of JSON values; the order of an object's fields makes no difference. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  return mergePatch(a, b) === undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
