import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printable, printableJson, printableLine } from '../../../../cli/terminal/printable.ts';
import { yamlText } from '../../../../cli/terminal/yaml-text.ts';

/** What a terminal may obey. */
const CONTROL = /(?!\n|\t)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]/u;

/** Strings with many control characters, and with text that looks like YAML. */
const hostile = () =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
        fc.constantFrom(
          '\x1b]0;title\x07',
          '\x9b2J',
          '\u202e',
          '\n',
          '\r\n',
          '\t',
          ': ',
          '- ',
          '#',
          "'",
          '"',
          '\\',
          '\\x1b',
          ' ',
        ),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join(''));

describe('printable', () => {
  it.each([
    ['text as it is', 'Größe 3 µs ✓ 日本', 'Größe 3 µs ✓ 日本'],
    ['lines and tabs as they are', 'a\n\tb', 'a\n\tb'],
    ['a colour', '\x1b[31mred', '\\x1b[31mred'],
    ['the title of the window', '\x1b]0;x\x07', '\\x1b]0;x\\x07'],
    ['a control character of eight bits', '\x9b2J', '\\x9b2J'],
    ['a carriage return', 'ab\rc', 'ab\\x0dc'],
    ['a direction of writing', 'a\u202eb', 'a\\u202eb'],
    ['an invisible tag', 'a\u{e0041}b', 'a\\U000e0041b'],
    ['half of a character', 'a\ud800b', 'a\\ud800b'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('lets nothing through that a terminal obeys', () => {
    fc.assert(
      fc.property(hostile(), (text) => {
        expect(printable(text)).not.toMatch(CONTROL);
        expect(printableLine(text)).not.toMatch(/[\n\t]/);
      }),
    );
  }, 60_000);
});

describe('objects', () => {
  const value = () =>
    fc.dictionary(hostile(), fc.oneof(hostile(), fc.array(hostile(), { maxLength: 3 }), fc.integer()));

  it('are printed as JSON that has no control characters and reads back equal', () => {
    fc.assert(
      fc.property(value(), (object) => {
        const text = printableJson(JSON.stringify(object, null, 2));
        expect(text).not.toMatch(CONTROL);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  it.each([' \n', '\n', 'a \n', 'a\n ', '\n a\nb', '\ta\nb', 'a\n \nb\n', 'a\nb\n\n'])(
    'keep blanks beside line breaks in YAML: %j',
    (text) => {
      expect(parse(yamlText({ list: [text], [text]: text }))).toEqual({ list: [text], [text]: text });
    },
  );

  it('are printed as YAML that has no control characters and reads back equal', () => {
    fc.assert(
      fc.property(value(), (object) => {
        const text = yamlText(object);
        expect(text).not.toMatch(CONTROL);
        expect(parse(text)).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });
});
