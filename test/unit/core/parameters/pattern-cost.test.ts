import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternCost } from '../../../../core/parameters/pattern-cost.ts';
import { compilePattern } from '../../../../core/parameters/pattern.ts';

function programSize(source: string): number | undefined {
  const compiled = compilePattern(source);
  return 'pattern' in compiled ? compiled.pattern.size : undefined;
}

describe('the cost of a pattern', () => {
  it.each([
    ['a character', 'a', 1],
    ['a class', '[a-z0-9_-]', 1],
    ['a class that begins with a bracket', '[]a]', 1],
    ['a negated class that begins with a bracket', '[^]a]', 1],
    ['a class with a bracket that is escaped', '[\\]a]', 1],
    ['a named class', '[[:alpha:]]', 1],
    ['a class with ranges that end with an escape', '[a-\\]b-\\x{5d}]', 1],
    ['a class with a hyphen at its end', '[a-]', 1],
    ['an escape', '\\d', 1],
    ['a character by its number', '\\x{10FFFF}', 1],
    ['a quoted text', '\\Q{9}\\E', 3],
    ['a quoted text without an end', '\\Qab', 2],
    ['a capturing group', '(a)', 3],
    ['a group with a name', '(?P<name>a)', 3],
    ['a group with flags', '(?i:a)', 3],
    ['an alternative', 'a|b', 3],
    ['a quantifier', 'a*', 3],
    ['a count', 'a{7}', 7],
    ['a count of a group', '(ab){10}', 40],
    ['a range of counts', 'a{2,5}', 10],
    ['an open range of counts', 'a{3,}', 8],
    ['braces that are text', 'a{b}', 4],
    ['nested counts', '((a{10}){10}){10}', 1000 + 200 + 20],
    ['nothing', '', 0],
  ])('counts instructions of %s', (_, source, size) => {
    expect(patternCost(source).size).toBe(size);
  });

  it.each(['\\pL', '\\p{Greek}', '\\P{L}', '[\\p{L}]', '[^\\pL]'])(
    'is higher to compile a Unicode class: %s',
    (source) => {
      // A character is searched among hundreds of ranges.
      expect(patternCost(source).size).toBe(2);
      expect(patternCost(source).compilation).toBeGreaterThanOrEqual(100);
    },
  );

  it.each([
    '(',
    ')',
    ')))',
    '[',
    '[^',
    '[[:',
    '\\',
    '\\p',
    '\\p{',
    '\\x{',
    '\\Q',
    '{',
    '{1',
    'a{1',
    '(?',
    '(?P<',
    '|',
    '*',
  ])('is computed for a wrong syntax: %s', (source) => {
    expect(patternCost(source).size).toBeGreaterThanOrEqual(0);
  });

  const atom = fc.constantFrom(
    'a',
    '.',
    '\\d',
    '[a-z]',
    '[^]x]',
    '\\pL',
    '\\Qa(b\\E',
    '\\x{41}',
    '[[:digit:]-]',
    '^',
    '\\b',
  );
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{3}', '{0,4}', '{2,}', '*?');
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 3 },
      atom,
      tie('pattern').map((inner) => `(${inner})`),
      tie('pattern').map((inner) => `(?:${inner})`),
    ),
    pattern: fc
      .array(fc.tuple(tie('part'), quantifier), { minLength: 1, maxLength: 4 })
      .chain((parts) =>
        fc.constantFrom('', '|').map((separator) => parts.map(([part, count]) => part + count).join(separator)),
      ),
  }));

  it('is at least the size of the compiled program', () => {
    fc.assert(
      fc.property(pattern, (source) => {
        const size = programSize(source);
        fc.pre(size !== undefined);
        const cost = patternCost(source);
        // RE2 adds a start, a match and a failure.
        expect(cost.size).toBeGreaterThanOrEqual(size - 4);
        expect(cost.compilation).toBeGreaterThanOrEqual(cost.size);
      }),
      { numRuns: 500 },
    );
  });
});
