import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, nearNames } from '../../../../core/errors/suggest.ts';

describe('nearNames', () => {
  it.each([
    ['two letters swapped', 'ehco', ['echo', 'import'], ['echo']],
    ['a missing letter', 'nightly-bakup', ['nightly-backup', 'nightly-report'], ['nightly-backup']],
    ['another case', 'restartpolicy', ['restartPolicy'], ['restartPolicy']],
    ['a name without its ending', 'echo', ['echo-template', 'import'], ['echo-template']],
    ['no similar name', 'echo', ['import', 'nightly'], []],
    [
      'the closest first and at most three',
      'job-1',
      ['job-22', 'job-2', 'job-3', 'job-4'],
      ['job-2', 'job-3', 'job-4'],
    ],
    ['a short name only what is really near', 'ab', ['cd', 'ax', 'xyz'], ['ax']],
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

  it('reads each of thousands of long names once', () => {
    const candidates = new CountingNames(Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(240)}-${i}`));
    expect(nearNames(`${'a'.repeat(240)}-x`, candidates, Infinity)).toHaveLength(3);
    expect(candidates.read).toBe(5000);
  });

  it('reads no more than some thousands of characters', () => {
    const candidates = new CountingNames(Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(95)}-${1000 + i}`));
    expect(nearNames(`${'a'.repeat(95)}-x`, candidates)).toHaveLength(3);
    expect(candidates.read).toBeGreaterThan(90);
    expect(candidates.read).toBeLessThan(110);
  });

  it.each<[string, string, string[], string[]]>([
    ['never the name itself', 'echo', ['echo', 'ehco'], ['ehco']],
    ['one edit away of three letters', 'abc', ['abd', 'ade'], ['abd']],
    ['two edits away of six letters', 'abcdef', ['abcdxy', 'abcxyz'], ['abcdxy']],
    ['four edits away of twelve letters', 'abcdefghijkl', ['abcdefghWXYZ', 'abcdefgVWXYZ'], ['abcdefghWXYZ']],
    ['no more than four edits away, however long', 'a'.repeat(30), [`${'a'.repeat(25)}vwxyz`], []],
    ['a name that contains it, after near names', 'echo', ['my-echo-1', 'ehco'], ['ehco', 'my-echo-1']],
    ['a name that it contains', 'my-echo-job', ['echo'], ['echo']],
    ['no name of two letters that it contains', 'my-echo-job', ['ec'], []],
    ['a name of three letters that it contains', 'my-echo-job', ['ech'], ['ech']],
    ['no name that contains two letters', 'zz', ['abzzcd'], []],
    ['equally near names in alphabetical order', 'job-x', ['job-c', 'job-a', 'job-b'], ['job-a', 'job-b', 'job-c']],
    ['names that are near in another case', 'ECHO', ['ehco', 'echo'], ['echo', 'ehco']],
    ['a swap as one edit', 'abc', ['acb', 'bac'], ['acb', 'bac']],
    ['a swap at the end of a long name as one edit', 'abcde', ['abced', 'abdxe'], ['abced']],
    ['no name with the letters around a third one swapped', 'abc', ['cba'], []],
    ['nothing for an empty name but single letters', '', ['a', 'ab'], ['a']],
    ['a name as long as Kubernetes allows', 'a'.repeat(253), ['a'.repeat(252)], ['a'.repeat(252)]],
    ['no candidate that is longer than a name', 'a'.repeat(252), ['a'.repeat(254), 'a'.repeat(253)], ['a'.repeat(253)]],
  ])('suggests %s', (_, wrong, candidates, expected) => {
    expect(nearNames(wrong, candidates)).toEqual(expected);
  });

  it.each([
    ['one character more than a name', 254],
    ['a megabyte', 2 ** 20],
  ])('reads no candidate for %s', (_, length) => {
    const candidates = new CountingNames(['a'.repeat(253)]);
    expect(nearNames('a'.repeat(length), candidates)).toEqual([]);
    expect(candidates.read).toBe(0);
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

/** Counts how many of its names are read. */
class CountingNames implements Iterable<string> {
  readonly #names: readonly string[];
  read = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  *[Symbol.iterator](): Iterator<string> {
    for (const name of this.#names) {
      this.read += 1;
      yield name;
    }
  }
}
