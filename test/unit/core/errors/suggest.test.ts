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

  it('reads each of thousands of long names once', () => {
    const candidates = new CountingNames(Array.from({ length: 5000 }, (_, i) => `${'a'.repeat(240)}-${i}`));
    expect(nearNames(`${'a'.repeat(240)}-x`, candidates)).toHaveLength(3);
    expect(candidates.read).toBe(5000);
  });

  it.each([
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

/** Counts how many of its names were read. */
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
