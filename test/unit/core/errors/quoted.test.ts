import { describe, expect, it } from 'vitest';
import { quoted, quotedList } from '../../../../core/errors/quoted.ts';

describe('a quoted value', () => {
  it.each<[unknown, string]>([
    ['a "b"', '"a \\"b\\""'],
    [5, '5'],
    [false, 'false'],
    [['a'], '["a"]'],
    [{ a: 1 }, '{"a":1}'],
    [null, 'null'],
    [undefined, 'null'],
    ['', '""'],
    [0, '0'],
  ])('%j is %s', (value, text) => {
    expect(quoted(value)).toBe(text);
  });

  it('is cut beyond 100 characters', () => {
    expect(quoted('x'.repeat(98))).toBe(`"${'x'.repeat(98)}"`);
    expect(quoted('x'.repeat(99))).toBe(`"${'x'.repeat(96)}...`);
    expect(quoted('x'.repeat(1e6))).toHaveLength(100);
  });
});

describe('a list of quoted values', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => index);

  it('keeps their order', () => {
    expect(quotedList(['b', 'a', 1])).toBe('"b", "a", 1');
    expect(quotedList([])).toBe('');
  });

  it('has at most twenty, and reports how many more there are', () => {
    expect(quotedList(names(20))).toBe(names(20).join(', '));
    expect(quotedList(names(21))).toBe(`${names(20).join(', ')} and 1 more`);
    expect(quotedList(names(256))).toMatch(/, 19 and 236 more$/);
  });
});
