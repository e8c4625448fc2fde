import { describe, expect, it } from 'vitest';
import { afterEscape, classCost, escapeCost } from '../../../../core/parameters/class-cost.ts';

describe('the cost of a class', () => {
  it.each([
    ['a range', '[a-z]x', 5],
    ['a bracket at its beginning', '[]a]x', 4],
    ['a bracket at the beginning of a negated class', '[^]a]x', 5],
    ['a bracket that ends a range', '[!-]]x', 4],
    ['an escaped bracket', '[\\]]x', 4],
    ['a named class', '[[:alpha:]]x', 11],
    ['a hyphen at its end', '[a-]x', 4],
    ['a number', '[\\x{5d}-\\x{5e}]x', 15],
    ['no end', '[a-', 4],
  ])('reads a class with %s', (_, text, end) => {
    expect(classCost(text, 0, { folds: true }).end).toBe(end);
  });

  it('has a work for each Unicode class', () => {
    const one = classCost('[\\pL]', 0, { folds: false }).compilation;
    const both = classCost('[\\pL\\p{Greek}]', 0, { folds: false }).compilation;
    expect(both - one).toBeGreaterThanOrEqual(one - 1);
    expect(one).toBeGreaterThanOrEqual(100);
  });

  it('grows with the characters of a range only if the pattern ignores the case of letters', () => {
    const cost = (text: string, folds: boolean) => classCost(text, 0, { folds }).compilation;
    expect(cost('[B-\u{1e942}]', false)).toBe(1);
    expect(cost('[B-\u{1e942}]', true)).toBeGreaterThan(5000);
    expect(cost('[\\x{42}-\\x{1E942}]', true)).toBe(cost('[B-\u{1e942}]', true));
    expect(cost('[\\x42-\\t]', true)).toBeGreaterThan(5000);
    expect(cost('[a-z0-9]', true)).toBeLessThan(6);
    expect(cost('[a-z0-9]', false)).toBe(2);
  });

  it('is higher for classes of words if the pattern ignores the case of letters', () => {
    const cost = (text: string, folds: boolean) => classCost(text, 0, { folds }).compilation;
    for (const text of ['[\\w]', '[\\W]', '[[:word:]]', '[[:^word:]]', '[\\pL]', '[^\\pL]']) {
      expect(cost(text, true), text).toBeGreaterThanOrEqual(cost(text, false) + 7);
    }
    expect(cost('[\\d]', true)).toBe(cost('[\\d]', false));
  });

  it('grows with its members', () => {
    expect(classCost(`[${'ab'.repeat(100)}]`, 0, { folds: false }).compilation).toBe(101);
  });

  it('reads escape sequences', () => {
    expect(['\\d', '\\pL', '\\p{Greek}', '\\x{41}', '\\p{'].map((text) => afterEscape(text, 0))).toEqual([
      2, 3, 9, 6, 3,
    ]);
    const costs = ['\\pL', '\\PL', '\\W', '\\d'].map((text) => escapeCost(text, 0, { folds: true }));
    expect(costs).toEqual([260, 260, 8, 1]);
  });
});
