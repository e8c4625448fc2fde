import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { compilePattern, type Pattern } from '../../../../core/parameters/pattern.ts';

function compiled(source: string): Pattern {
  const result = compilePattern(source);
  if ('error' in result) throw new Error(result.error);
  return result.pattern;
}

describe('a pattern', () => {
  it.each([
    ['matches anywhere in the text', 'b', 'abc', true],
    ['matches only the whole text if it is anchored', '^b$', 'abc', false],
    ['has classes', '^[0-9]{4}-[0-9]{2}$', '2026-11', true],
    ['is case-sensitive', 'A', 'a', false],
    ['can be case-insensitive', '(?i)A', 'a', true],
  ])('%s', (_, source, text, matches) => {
    expect(compiled(source).test(text)).toBe(matches);
  });

  it('keeps its source', () => {
    expect(compiled('^a+$').source).toBe('^a+$');
  });

  it('is larger the more it repeats', () => {
    expect(compiled('a').size).toBeGreaterThan(0);
    expect(compiled('a{100}').size).toBeGreaterThan(compiled('a{10}').size);
  });
});

it('patterns stay small, whatever texts they have matched', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const patterns = Array.from({ length: 20 }, (_, index) => compiled(`a\\pL{14}[0-9]${index}?$`));
  let state = 1;
  const letter = (): string => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state & 65_536) === 0 ? 'a' : 'b';
  };
  const text = Array.from({ length: 4000 }, letter).join('');
  const before = heap();
  for (const pattern of patterns) pattern.test(text);
  expect((heap() - before) / 2 ** 20).toBeLessThan(20);
  expect(patterns).toHaveLength(20);
});

describe('an invalid pattern', () => {
  it.each([
    ['an open parenthesis', 'a(', /missing closing \)/],
    ['a look-ahead, which RE2 does not have', '(?=a)', /invalid or unsupported Perl syntax|invalid.*group/],
    ['a back-reference, which RE2 does not have', '(a)\\1', /invalid escape sequence/],
    ['too many repetitions', 'a{2000}', /invalid repeat count/],
  ])("is rejected with RE2's message: %s", (_, source, words) => {
    const result = compilePattern(source);
    const error = 'error' in result ? result.error : '';
    expect(error).toMatch(words);
    expect(error).not.toMatch(/error parsing regexp/);
  });
});
