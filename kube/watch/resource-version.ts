const DECIMAL = /^[1-9]\d*$/;

/**
 * Whether `a` was written after `b`, for two versions of one resource. Since KEP-5504 a resourceVersion is a decimal
 * number that may be compared. On a server where it is not, the result is `undefined`.
 */
export function isNewer(a: string | undefined, b: string | undefined): boolean | undefined {
  if (a === undefined || b === undefined || !DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  return a.length === b.length ? a > b : a.length > b.length;
}
