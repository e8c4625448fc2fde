import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance } from '../../../../core/errors/edit-distance.ts';

describe('editDistance', () => {
  it.each([
    ['no edit between equal names', 'echo', 'echo', 0],
    ['one letter, missing', 'echo', 'eco', 1],
    ['one letter, added', 'echo', 'eccho', 1],
    ['one letter, replaced', 'echo', 'ecro', 1],
    ['two neighbors, swapped', 'echo', 'ehco', 1],
    ['two neighbors at the start, swapped', 'echo', 'ceho', 1],
    ['two swaps', 'abcd', 'badc', 2],
    ['the first and the last letter', 'xechoy', 'yechox', 2],
    ['everything in an empty name', '', 'abc', 3],
    ['more than the limit', 'abcdefgh', 'stuvwxyz', 5],
    ['more than the limit in length', 'a', 'abcdefgh', 5],
  ])('counts %s', (_, one, other, edits) => {
    expect(editDistance(one, other, 4)).toBe(edits);
    expect(editDistance(other, one, 4)).toBe(edits);
  });

  it('equals the distance from the whole matrix, up to the limit', () => {
    const name = fc.stringMatching(/^[abc]{0,12}$/);
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1, max: 4 }), (one, other, limit) => {
        expect(editDistance(one, other, limit)).toBe(Math.min(distanceFromWholeMatrix(one, other), limit + 1));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads only near the diagonal: its reads grow linearly with the length', () => {
    const reads = (length: number): number => {
      const one = countingLetters(`x${'a'.repeat(length - 2)}y`);
      const other = countingLetters(`y${'a'.repeat(length - 2)}x`);
      expect(editDistance(one.letters, other.letters, 4)).toBe(2);
      return one.read() + other.read();
    };
    const [short, long] = [reads(100), reads(200)];
    expect(long / short).toBeLessThan(2.1);
    // At most 9 cells a row, with 6 reads each.
    expect(long).toBeLessThan(9 * 6 * 200);
  });

  it('stops as soon as every path is above the limit', () => {
    const one = countingLetters('a'.repeat(250));
    expect(editDistance(one.letters, 'b'.repeat(250), 4)).toBe(5);
    expect(one.read()).toBeLessThan(200);
  });
});

/** A name that counts how often its letters are read. */
function countingLetters(name: string): { letters: ArrayLike<string>; read: () => number } {
  let count = 0;
  const letters = new Proxy(Array.from(name), {
    get: (target, key) => {
      if (key !== 'length') count += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { letters, read: () => count };
}

/** The textbook definition, without a limit. */
function distanceFromWholeMatrix(one: string, other: string): number {
  const cells = new Map<string, number>();
  const cell = (i: number, j: number) => cells.get(`${i},${j}`) ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i <= one.length; i += 1) {
    for (let j = 0; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const edits = Math.min(
        cell(i - 1, j) + 1,
        cell(i, j - 1) + 1,
        cell(i - 1, j - 1) + same,
        isSwap ? cell(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
      cells.set(`${i},${j}`, i + j === 0 ? 0 : edits);
    }
  }
  return cell(one.length, other.length);
}
