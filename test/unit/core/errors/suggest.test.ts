import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearNames } from '../../../../core/errors/suggest.ts';

describe('nearNames', () => {
  it.each([
    ['two letters swapped', 'ehco', ['echo', 'import'], ['echo']],
    ['a letter missing', 'nightly-bakup', ['nightly-backup', 'nightly-report'], ['nightly-backup']],
    ['another case', 'restartpolicy', ['restartPolicy'], ['restartPolicy']],
    ['the name without its ending', 'echo', ['echo-template', 'import'], ['echo-template']],
    ['nothing alike', 'echo', ['import', 'nightly'], []],
    [
      'the closest first and at most three',
      'job-1',
      ['job-22', 'job-2', 'job-3', 'job-4'],
      ['job-2', 'job-3', 'job-4'],
    ],
    ['a short name is not near to everything', 'ab', ['cd', 'ax', 'xyz'], ['ax']],
  ])('suggests for %s', (_, wrong, candidates, expected) => {
    expect(nearNames(wrong, candidates)).toEqual(expected);
  });

  it('finds every name that is one deletion away', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{4,40}$/), fc.nat(), (name, position) => {
        const at = position % name.length;
        const wrong = name.slice(0, at) + name.slice(at + 1);
        expect(nearNames(wrong, [name])).toEqual([name]);
      }),
    );
  });

  it('finds the nearest of thousands of long names', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(240)}-${i}`);
    const expected = [0, 1, 2].map((i) => `${'a'.repeat(240)}-${i}`);
    expect(nearNames(`${'a'.repeat(240)}-x`, names)).toEqual(expected);
  });
});

describe('didYouMean', () => {
  it.each([
    [[], ''],
    [['a'], 'did you mean "a"?'],
    [['a', 'b', 'c'], 'did you mean "a", "b" or "c"?'],
  ])('%j', (names, sentence) => {
    expect(didYouMean(names)).toBe(sentence);
  });
});
