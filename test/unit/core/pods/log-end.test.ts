import { expect, it } from 'vitest';
import { lastLine, logEnd } from '../../../../core/pods/log-end.ts';

const hide = (text: string): string => text.replaceAll('secret', '***');

it.each([
  ['nothing is no log', undefined, undefined],
  ['blank lines are no log', ' \n\n', undefined],
  ['secret values are hidden', 'a secret\n', 'a ***'],
  ['control characters are removed, lines and tabs stay', '\u001B[1;31mred\u001B[0m\u0007\r\n\tx', 'red\n\tx'],
  ['the end of a long log is retained', `${'a'.repeat(5_000)}end`, `${'a'.repeat(4_093)}end`],
  ['half a character at its beginning is replaced', `😀${'a'.repeat(4_095)}`, `\uFFFD${'a'.repeat(4_095)}`],
])('%s', (_sentence, message, log) => {
  expect(logEnd(message, hide)).toBe(log);
});

it.each([
  ['the only line', 'a', 'a'],
  ['the last of several', 'a\n b', 'b'],
  ['300 characters of a long one', `a\n${'b'.repeat(301)}`, `${'b'.repeat(300)}...`],
])('the last line is %s', (_sentence, log, line) => {
  expect(lastLine(log)).toBe(line);
});
