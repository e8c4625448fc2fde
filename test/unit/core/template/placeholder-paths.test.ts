import { describe, expect, it } from 'vitest';
import { placeholderPaths } from '../../../../core/template/placeholder-paths.ts';
import { placeholderPlan } from '../../../../core/template/placeholder-plan.ts';

const pathsOf = (spec: unknown) => Array.from(placeholderPaths(placeholderPlan(spec)));

describe('the paths that depend on values', () => {
  it.each<[string, unknown, string[]]>([
    ['a field with a placeholder', { a: 'x$(params.x)' }, ['spec.a']],
    ['an element with a value', { a: ['b', '$(params.x)'] }, ['spec.a[1]']],
    ['an element that becomes elements, and the list', { a: ['$(params.x[*])'] }, ['spec.a[0]', 'spec.a']],
    [
      'a value in a map with free keys, and the map',
      { labels: { b: '$(params.x)' } },
      ['spec.labels[b]', 'spec.labels'],
    ],
    [
      'each once',
      { labels: { b: '$(params.x)$(params.x)', c: '$(params.x)' } },
      ['spec.labels[b]', 'spec.labels', 'spec.labels[c]'],
    ],
    ['no escaped placeholder', { a: '$$(params.x)' }, []],
    ['no variable', { a: '$(HOME)', b: ['$(HOME)'] }, []],
    ['no key', { labels: { '$(params.x)': 'a' } }, []],
    ['nothing without a $', { a: 'b' }, []],
  ])('are %s', (_, spec, expected) => {
    expect(pathsOf(spec)).toEqual(expected);
  });
});
