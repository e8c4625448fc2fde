import { expect, it } from 'vitest';
import { hiding } from '../../../../core/errors/hidden.ts';
import { lastLine, logEnd } from '../../../../core/pods/log-end.ts';

const hide = (text: string): string => text.replaceAll('secret', '***');

it.each([
  ['nothing is no log', undefined, undefined],
  ['blank lines are no log', ' \n\n', undefined],
  [
    'an error of the kubelet is no log',
    'Error on reading termination message from logs: failed to open log file "/var/log/pods/a/0.log"',
    undefined,
  ],
  ['secret values are hidden', 'a secret\n', 'a ***'],
  ['control characters are removed, lines and tabs stay', '\u001B[1;31mred\u001B[0m\u0007\r\n\tx', 'red\n\tx'],
  ['the end of a long log is retained', `${'a'.repeat(5_000)}end`, `${'a'.repeat(4_092)}end`],
  ['half a character at its beginning is replaced', `😀${'a'.repeat(4_094)}`, `\uFFFD${'a'.repeat(4_094)}`],
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

it.each([
  ['bytes', `word of hunter22 ${'é'.repeat(1_000)}`],
  ['lines', `word of hunter22${'\nx'.repeat(80)}`],
])('the end of a secret value is hidden at the beginning of a log that was cut to a number of %s', (_sentence, log) => {
  expect(logEnd(log, hiding([], ['a password']))).toMatch(/^\*\*\* of hunter22/);
});

it('a short log was not cut', () => {
  expect(logEnd('word of honour', hiding([], ['a password']))).toBe('word of honour');
});
