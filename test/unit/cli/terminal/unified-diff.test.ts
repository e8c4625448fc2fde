import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../../../cli/terminal/text.ts';
import { unifiedDiff } from '../../../../cli/terminal/unified-diff.ts';

const diff = (before: string[], after: string[]): string[] =>
  unifiedDiff({ name: 'a', text: before.join('\n') }, { name: 'b', text: after.join('\n') }).map(plain);

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** The lines of both texts, as the hunks have them, where the hunks cover everything. */
const side = (lines: string[], mark: '-' | '+'): string[] =>
  lines.filter((line) => line.startsWith(' ') || line.startsWith(mark)).map((line) => line.slice(1));

describe('a unified diff', () => {
  it('is empty if nothing differs', () => {
    expect(diff(['x', 'y'], ['x', 'y'])).toEqual([]);
  });

  it('shows each change with three lines around it', () => {
    const before = numbers(30);
    const after = [...before];
    after[10] = 'ten';
    after.splice(25, 1);
    expect(diff(before, after)).toEqual([
      '--- a',
      '+++ b',
      '@@ -8,7 +8,7 @@',
      ...[' 7', ' 8', ' 9', '-10', '+ten', ' 11', ' 12', ' 13'],
      '@@ -23,7 +23,6 @@',
      ...[' 22', ' 23', ' 24', '-25', ' 26', ' 27', ' 28'],
    ]);
  });

  it('has one hunk for changes that are near each other', () => {
    expect(diff(['0', '1', '2', '3'], ['zero', '1', '2', 'three']).filter((line) => line.startsWith('@@'))).toEqual([
      '@@ -1,4 +1,4 @@',
    ]);
  });

  it('contains both texts, whatever they are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const hunks = diff(before, after).slice(3);
        const isShort = before.length + after.length <= 7;
        if (hunks.length === 0) expect(before).toEqual(after);
        else if (isShort) expect([side(hunks, '-'), side(hunks, '+')]).toEqual([before, after]);
      }),
    );
  });

  it('takes no time over long texts that have nothing in common', () => {
    const [before, after] = [numbers(20_000), numbers(20_000).map((line) => `${line}!`)];
    const hunks = diff(before, after).slice(3);
    expect([side(hunks, '-'), side(hunks, '+')]).toEqual([before, after]);
  });
});
