import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiding } from '../../../../core/errors/hidden.ts';
import { quoted } from '../../../../core/errors/quoted.ts';

describe('what is left of a secret value where a text was cut', () => {
  const hide = hiding(['variable'], ['open "sesame" now', '77', 'été indien']);

  it.each([
    ['its beginning', 'Invalid value: "x-open...": wrong', 'Invalid value: "x-***...": wrong'],
    ['one character', 'value "xo...', 'value "x***...'],
    ['before a single mark', 'value "open \\"ses…', 'value "***…'],
    ['within an escape', 'value "open \\...', 'value "***...'],
    ['within an escaped character', 'value "\\u00e9t\\u00...', 'value "***...'],
    ['its end', 'one … same\\" now is wrong', 'one … *** is wrong'],
    ['its end without a blank', '...me\\" now": wrong', '...***": wrong'],
    ['a variable', 'value "vari...', 'value "***...'],
    ['a short value', 'value "xx7...', 'value "xx***...'],
    ['nothing', 'value "abc...', 'value "abc...'],
    ['a short value as a whole', 'got "77" and 77', 'got "***" and 77'],
    ['no part of a word that was not cut', 'reopen the same', 'reopen the same'],
  ])('%s', (_, text, hidden) => {
    expect(hide(text)).toBe(hidden);
  });

  it('is hidden wherever a quotation was cut', () => {
    const words = fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 110 }), words, (before, value) => {
        const result = hiding([], [value])(quoted(`${'-'.repeat(before)}${value}`));
        expect(result.replaceAll('***', '').replaceAll(/-+/g, '')).toMatch(/^"(?:"|\.\.\.)$/);
      }),
    );
  });
});
