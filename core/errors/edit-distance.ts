/**
 * The number of typing mistakes between two names: a letter missing, added, replaced, or swapped with its neighbor
 * (optimal string alignment distance). Every distance above `limit` is returned as `limit + 1`.
 *
 * This is our own code because no npm package counts a swap as one mistake and also stops at a limit: `fastest-levenshtein`
 * and `leven` count two for `ehco`, and `damerau-levenshtein` always fills the whole matrix.
 * Here only the cells within `limit` of the diagonal are computed, so the cost is limit × length.
 */
export function editDistance(one: ArrayLike<string>, other: ArrayLike<string>, limit: number): number {
  const far = limit + 1;
  if (Math.abs(one.length - other.length) > limit) return far;
  const { start, height, width } = withoutCommonEnds(one, other);
  const isSame = (row: number, column: number) => one[start + row - 1] === other[start + column - 1];
  const emptyRow = () => new Array<number>(width + 1).fill(far);
  let rows: Rows = [emptyRow(), Array.from({ length: width + 1 }, (_, column) => Math.min(column, far)), emptyRow()];
  for (let row = 1; row <= height; row++) {
    if (fillRow(rows, row, limit, isSame) > limit) return far;
    const [beforeLast, last, current] = rows;
    rows = [last, current, beforeLast];
  }
  return at(rows[1], width);
}

/** The row before the last one, the last one, and the current one. */
type Rows = readonly [number[], number[], number[]];

/** Fills the cells of the current row that are near the diagonal. Returns the lowest of them. */
function fillRow(
  [beforeLast, last, current]: Rows,
  row: number,
  limit: number,
  isSame: (row: number, column: number) => boolean,
): number {
  const far = limit + 1;
  const from = Math.max(1, row - limit);
  let lowest = from === 1 ? Math.min(row, far) : far;
  current[from - 1] = lowest;
  for (let column = from; column <= Math.min(current.length - 1, row + limit); column++) {
    const isSwap = row > 1 && column > 1 && isSame(row, column - 1) && isSame(row - 1, column);
    const edits = Math.min(
      far,
      at(last, column) + 1,
      at(current, column - 1) + 1,
      at(last, column - 1) + (isSame(row, column) ? 0 : 1),
      isSwap ? at(beforeLast, column - 2) + 1 : far,
    );
    current[column] = edits;
    lowest = Math.min(lowest, edits);
  }
  return lowest;
}

/** Names in one namespace often have the same prefix. Equal text at both ends does not change the distance. */
function withoutCommonEnds(one: ArrayLike<string>, other: ArrayLike<string>) {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return { start, height: one.length - start - end, width: other.length - start - end };
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
