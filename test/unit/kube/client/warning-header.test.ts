import { describe, expect, it } from 'vitest';
import { parseWarnings } from '../../../../kube/client/warning-header.ts';

describe('parseWarnings', () => {
  it.each<[string, string | string[] | undefined, string[]]>([
    ['no header', undefined, []],
    ['one warning', '299 - "deprecated"', ['deprecated']],
    ['a comma in the text', '299 - "first, second"', ['first, second']],
    ['several in one header', '299 - "a", 299 agent "b"', ['a', 'b']],
    ['several headers', ['299 - "a"', '299 - "b"'], ['a', 'b']],
    ['escaped quotes and backslashes', String.raw`299 - "say \"hi\" to C:\\x"`, [String.raw`say "hi" to C:\x`]],
    ['an empty text', '299 - ""', ['']],
    ['another code', '199 - "cached"', []],
    ['a code that only ends in 299', '1299 - "no"', []],
    ['an unclosed text', '299 - "cut', []],
  ])('of %s', (_case, header, expected) => {
    expect(parseWarnings(header)).toEqual(expected);
  });
});
