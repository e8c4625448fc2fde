import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiding } from '../../../../core/errors/hidden.ts';

const hidden = (text: string, ...values: string[]) => hiding(values)(text);
const LONG = 'correct horse battery staple';

it('a short secret is hidden within a word; another short value is not', () => {
  const hide = hiding(['info', 'both'], ['pass', 'both']);
  expect(hide('passport information, bother, no pas')).toBe('***port information, ***er, no pas');
});

describe('a secret value in a text', () => {
  it.each<[string, string, string[], string]>([
    ['is hidden', `cannot use ${LONG} here`, [LONG], 'cannot use *** here'],
    ['is hidden at both ends', `${LONG}: ${LONG}`, [LONG], '***: ***'],
    ['is hidden within a longer word', 'x-hunter2hunter2-y', ['hunter2hunter2'], 'x-***-y'],
    ['is hidden in JSON', `{"a":${JSON.stringify('say "hi" \\ bye')}}`, ['say "hi" \\ bye'], '{"a":"***"}'],
    ['is hidden in JSON that is quoted', JSON.stringify(JSON.stringify('a"b"c"d"e')), ['a"b"c"d"e'], '"\\"***\\""'],
    ['is hidden as Go quotes it', 'value "caf\\u00e9\\x01\\a\\U0001f600 bar"', ['café\x01\x07😀 bar'], 'value "***"'],
    ['with backslashes is hidden as it is', 'C:\\users\\nobody failed', ['C:\\users\\nobody'], '*** failed'],
    ['is hidden where it was cut', `"${LONG.slice(0, 20)}..."`, [LONG], '"***..."'],
    ['is hidden where its beginning was cut', `...${LONG.slice(8)}"`, [LONG], '...***"'],
    ['is hidden beside another that overlaps', 'abcdefghijklmn', ['abcdefghij', 'efghijklmn'], '***'],
    ['that is short is hidden where it is quoted', 'value "s3cr": wrong', ['s3cr'], 'value "***": wrong'],
    ['that is short is hidden where escapes quote it', 'got \\"s3cr\\"', ['s3cr'], 'got \\"***\\"'],
    [
      'that is a number is hidden after a colon',
      'Invalid value: 12345: too big',
      ['12345'],
      'Invalid value: ***: too big',
    ],
    [
      'that is short stays in a word',
      'spec.template.spec: Forbidden: not special',
      ['spec'],
      'spec.template.spec: Forbidden: not special',
    ],
    ['of three characters stays', 'value "yes": must be "no"', ['yes', 'no', ''], 'value "yes": must be "no"'],
    ['that is short is hidden in single quotes', "got 's3cr', no", ['s3cr'], "got '***', no"],
    ['that is short is hidden in backticks', 'got `s3cr`, no', ['s3cr'], 'got `***`, no'],
    ['that is short stays between quotes of two kinds', 'got "s3cr\', no', ['s3cr'], 'got "s3cr\', no'],
    ['that is short stays where a word that is quoted begins with it', 'got "s3cret"', ['s3cr'], 'got "s3cret"'],
    ['that is short is hidden at the end, after a colon', 'Invalid value: s3cr', ['s3cr'], 'Invalid value: ***'],
    ['that is short stays in a sentence after a colon', 'Forbidden: s3cr is no', ['s3cr'], 'Forbidden: s3cr is no'],
    ['that is short stays before a colon', 'the s3cr: no', ['s3cr'], 'the s3cr: no'],
    ['that is short stays after a colon without a blank', 'a:s3cr:', ['s3cr'], 'a:s3cr:'],
    ['that is short is hidden at the beginning of a quotation', '"s3cr"', ['s3cr'], '"***"'],
    ['of seven characters stays in a word', 'x-hunter2-y', ['hunter2'], 'x-hunter2-y'],
    ['of eight characters is hidden in a word', 'x-hunter22-y', ['hunter22'], 'x-***-y'],
    ['of four characters is hidden where it is quoted', '"abcd" "abc"', ['abcd', 'abc'], '"***" "abc"'],
    [
      'of fifteen characters is hidden as a whole only',
      'abcdefghijklmno abcdefghijklmn',
      ['abcdefghijklmno'],
      '*** abcdefghijklmn',
    ],
    [
      'of sixteen characters is hidden as a whole only',
      'abcdefghijklmnop abcdefghijklmno',
      ['abcdefghijklmnop'],
      '*** abcdefghijklmno',
    ],
    ['of seventeen characters is hidden without its first', 'bcdefghijklmnopq', ['abcdefghijklmnopq'], '***'],
    ['with the last character of Unicode is hidden', '"abcdefg\\U0010ffff"', ['abcdefg\u{10ffff}'], '"***"'],
    ['that looks like a wrong escape is hidden', '"abcdefgh\\U00110000"', ['abcdefgh\ufffd'], '"***"'],
    ['in a text that ends with it, is hidden', 'it is hunter22', ['hunter22'], 'it is ***'],
    ['that does not occur changes nothing', 'all is well', [LONG], 'all is well'],
    ['with a wrong escape is hidden', `\\U99999999 \\x ${LONG} \\`, [LONG], '\\U99999999 \\x *** \\'],
  ])('%s', (_, text, values, expected) => {
    expect(hidden(text, ...values)).toBe(expected);
  });

  it('changes nothing in a text of 4,096 characters without it; a longer text loses its middle', () => {
    const text = 'a'.repeat(4096);
    expect(hidden(text, LONG)).toBe(text);
    expect(hidden(`${text}b`, LONG)).toBe(`${'a'.repeat(2032)}***${'a'.repeat(2031)}b`);
    expect(hidden(`${text}b`)).toBe(`${text}b`);
  });

  it('is hidden where the middle of a long text is removed', () => {
    const text = `${'a b '.repeat(509)}${LONG} ${'c d '.repeat(2000)}`;
    const result = hidden(text, LONG);
    expect(result.length).toBeLessThan(4200);
    expect(result).not.toContain(LONG.slice(0, 4));
    expect(result).toMatch(/^a b .* c d $/);
  });

  it('is hidden in whatever form it is quoted', () => {
    const forms = [(value: string) => value, (value: string) => JSON.stringify(value)];
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }),
        fc.constantFrom(...forms),
        (value, form) => {
          const around = `before ${form(value)} after`;
          const result = hidden(around, value);
          expect(result.startsWith('before ')).toBe(true);
          expect(result).toContain('***');
          expect(value.length < 16 || !result.includes(value.slice(0, 16))).toBe(true);
        },
      ),
    );
  });
});
