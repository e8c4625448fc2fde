/** Most names that are suggested. */
const MOST = 3;
/** Names that differ by more edits are not alike, however long they are. */
const MOST_EDITS = 4;

/**
 * The candidates that a user who wrote `wrong` may have meant, best first, at most three: those a few typing mistakes away
 * (a letter missing, added, replaced, or two swapped), then those that contain it or that it contains. The cost is linear
 * in the number of candidates and in their length.
 */
export function nearNames(wrong: string, candidates: Iterable<string>): string[] {
  const limit = Math.min(MOST_EDITS, Math.max(1, Math.floor(wrong.length / 3)));
  const near: { name: string; edits: number }[] = [];
  for (const name of candidates) {
    if (name === wrong) continue;
    const edits = editsBetween(wrong.toLowerCase(), name.toLowerCase(), limit);
    if (edits <= limit) near.push({ name, edits });
    else if (overlaps(wrong, name)) near.push({ name, edits: limit + 1 });
  }
  near.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return near.slice(0, MOST).map(({ name }) => name);
}

/** `did you mean "a", "b" or "c"?`, or the empty string when there is nothing to suggest. */
export function didYouMean(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return '';
  return quoted.length === 0 ? `did you mean ${last}?` : `did you mean ${quoted.join(', ')} or ${last}?`;
}

function overlaps(wrong: string, name: string): boolean {
  const [short, long] = wrong.length < name.length ? [wrong, name] : [name, wrong];
  return short.length >= 3 && long.includes(short);
}

/**
 * Optimal string alignment distance. Only the cells within `limit` of the diagonal are computed; the result is `limit + 1`
 * for any greater distance.
 */
function editsBetween(one: string, other: string, limit: number): number {
  const far = limit + 1;
  if (Math.abs(one.length - other.length) > limit) return far;
  const [a, b] = withoutCommonEnds(one, other);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(far);
    if (i <= limit) row[0] = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = isSwap(a, b, i, j) ? at(beforeLast, j - 2) + 1 : far;
      row[j] = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped, far);
    }
    if (Math.min(...row.slice(Math.max(0, i - limit), i + limit + 1)) > limit) return far;
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** Names of one namespace often begin alike. What two names share at their ends does not change their distance. */
function withoutCommonEnds(a: string, b: string): [string, string] {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  const rest = Math.min(a.length, b.length) - start;
  while (end < rest && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function isSwap(a: string, b: string, i: number, j: number): boolean {
  return i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
