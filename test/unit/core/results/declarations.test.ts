import { describe, expect, it } from 'vitest';
import { formatFieldError } from '../../../../core/errors/field-error.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';

const spec = {
  template: {
    spec: {
      containers: [
        { name: 'main', image: 'a' },
        { name: 'reporter', image: 'b' },
      ],
    },
  },
};
const errorsOf = (more: object): string[] => compileTemplate({ spec, ...more }).errors.map(formatFieldError);
const NUMBER = { name: 'rows', schema: { type: 'integer', minimum: 0 } };

describe('the results of a template are valid', () => {
  it.each([
    ['if there are none', {}],
    ['if they are null', { results: null, resultsFrom: null }],
    ['with a name alone', { results: [{ name: 'file' }] }],
    [
      'with a schema',
      { results: [NUMBER, { name: 'file', schema: { type: 'string', pattern: '^a+$', maxLength: 99 } }] },
    ],
    ['from another container', { results: [NUMBER], resultsFrom: 'reporter' }],
    [
      'for one Pod',
      { results: [NUMBER], spec: { ...spec, parallelism: 1, completions: 1, completionMode: 'NonIndexed' } },
    ],
    [
      'for a number of Pods that is a parameter',
      {
        results: [NUMBER],
        parameters: [{ name: 'n', schema: { type: 'integer' } }],
        spec: { ...spec, parallelism: '$(params.n)' },
      },
    ],
  ])('%s', (_, more) => {
    expect(errorsOf(more)).toEqual([]);
  });
});

describe('the results of a template are refused', () => {
  it.each([
    [
      'if they are no list',
      { results: { rows: {} } },
      ['results: Invalid value: {"rows":{}}: must be a list of results'],
    ],
    [
      'without a name',
      { results: [{}, 7] },
      [
        'results[0].name: Required value: the name of the result',
        'results[1]: Invalid value: 7: must be a result, with a name',
      ],
    ],
    ['with a name twice', { results: [NUMBER, NUMBER] }, ['results[1].name: Duplicate value: "rows"']],
    [
      'with a wrong name',
      { results: [{ name: '1st' }, { name: 'x'.repeat(64) }] },
      [/^results\[0\]\.name: Invalid value: "1st"/, /^results\[1\]\.name: Too long/],
    ],
    [
      'with a wrong schema',
      { results: [{ name: 'a', schema: { type: 'strin' } }] },
      [/^results\[0\]\.schema\.type: Unsupported value: "strin"/],
    ],
    [
      'with an unknown field',
      { results: [{ name: 'a', shema: {} }] },
      ['results[0].shema: unknown field "shema"; did you mean "schema"?'],
    ],
    [
      'with an expensive pattern',
      {
        results: [
          {
            name: 'a',
            schema: {
              type: 'array',
              maxItems: 100_000,
              items: { type: 'string', pattern: '(a|b)*c', maxLength: 4096 },
            },
          },
        ],
      },
      [/^results\[0\]\.schema: Forbidden: checking this template's results could take too long/],
    ],
    [
      'from a container that does not exist',
      { results: [NUMBER], resultsFrom: 'reportr' },
      [
        'resultsFrom: Not found: "reportr": the template has no such container; did you mean "reporter"? it has "main", "reporter"',
      ],
    ],
    ['that are not declared', { resultsFrom: 'main' }, ['resultsFrom: Forbidden: the template declares no results']],
    [
      'that are an empty list',
      { results: [], resultsFrom: 'main' },
      ['resultsFrom: Forbidden: the template declares no results'],
    ],
    [
      'of several Pods',
      { results: [NUMBER], spec: { ...spec, parallelism: 2, completions: 3, completionMode: 'Indexed' } },
      [
        'spec.parallelism: Forbidden: the template declares results, so its Jobs have one Pod; leave it out, or set it to 1',
        'spec.completions: Forbidden: the template declares results, so its Jobs have one Pod; leave it out, or set it to 1',
        'spec.completionMode: Forbidden: the template declares results, so its Jobs have one Pod; leave it out',
      ],
    ],
  ] as [string, object, (string | RegExp)[]][])('%s', (_, more, expected) => {
    expect(errorsOf(more)).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : (expect.stringMatching(one) as string))),
    );
  });
});
