import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../../api/result.ts';
import type { Pod } from '../../../../api/wire.ts';
import { hiding } from '../../../../core/errors/hidden.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { resultsOf } from '../../../../core/results/results-of-run.ts';
import { container, pod } from '../pods/pods.ts';

const RESULTS: Result[] = [
  { name: 'rows', schema: { type: 'integer', minimum: 0 } },
  { name: 'files', schema: { type: 'array', items: { type: 'string' }, maxItems: 2 } },
  { name: 'note' },
];
const GOOD = { rows: 3, files: ['a.csv'], note: 'fine' };

const wrote = (message?: string, exitCode = 0, name = 'main') =>
  container(name, { state: { terminated: { exitCode, ...(message !== undefined && { message }) } } });
const succeeded = (message?: string, more: Pod['status'] = {}): Pod =>
  pod({ phase: 'Succeeded', containerStatuses: [wrote(message)], ...more }, { spec: { containers: [] } });
const outcome = (pods: readonly Pod[], results = RESULTS) =>
  resultsOf(pods, {
    container: 'main',
    declared: { results, schemas: new SchemaCompiler() },
    hide: (text) => text.replaceAll('hunter2', '***'),
  });
const ofText = (text: string) => outcome([succeeded(text)]);

describe('results that fit', () => {
  it('are those that are declared, in this order', () => {
    const text = JSON.stringify({ note: 'fine', files: ['a.csv'], rows: 3 });
    expect(ofText(`\n${text}\n`)).toEqual({
      status: 'True',
      reason: 'ResultsValid',
      message: 'the results are in status.results',
      values: GOOD,
    });
  });

  it('are those of the Pod that succeeded', () => {
    const failed = pod({ phase: 'Failed', containerStatuses: [wrote('{"rows":1}', 1)] });
    expect(outcome([failed, succeeded(JSON.stringify(GOOD))])).toMatchObject({ status: 'True', values: GOOD });
  });

  it('can have one name in several objects, and look like an object within a string', () => {
    const results = ['a', 'b'].map((name) => ({
      name,
      schema: { type: 'array' as const, items: { type: 'string' as const } },
    }));
    const values = { a: ['a', '{"a":1,"a":2}', '"'], b: ['a', ':', '\\'] };
    expect(outcome([succeeded(JSON.stringify(values))], results)).toMatchObject({ status: 'True', values });
  });

  it('can have names of prototypes', () => {
    const results = ['__proto__', 'constructor', 'toString'].map((name) => ({ name }));
    const text = '{"__proto__": "a", "constructor": "b", "toString": "c"}';
    const { values } = outcome([succeeded(text)], results) as { values: object };
    expect(Object.entries(values)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(outcome([succeeded('{}')], results)).toMatchObject({ status: 'False' });
  });
});

describe('results that are missing', () => {
  const MISSING = {
    status: 'False',
    reason: 'ResultsMissing',
    message: 'container "main" has written nothing to its termination log, /dev/termination-log',
  };
  const GONE = {
    status: 'Unknown',
    reason: 'ResultsUnknown',
    message: 'no Pod of the Job that has succeeded was found',
  };
  it.each([
    ['nothing was written', [succeeded()], MISSING],
    ['only blanks were written', [succeeded(' \n')], MISSING],
    ['another container wrote them', [succeeded(undefined, { containerStatuses: [wrote('{}', 0, 'other')] })], MISSING],
    [
      'the container failed: the text may be its log',
      [succeeded(undefined, { containerStatuses: [wrote('{}', 1)] })],
      MISSING,
    ],
    ['the Pod is gone', [], GONE],
    ['only a failed Pod is left', [pod({ phase: 'Failed', containerStatuses: [wrote('{}')] })], GONE],
  ])('because %s', (_, pods, expected) => {
    expect(outcome(pods)).toEqual(expected);
  });
});

describe('results that are wrong', () => {
  it.each<[string, string, string | RegExp]>([
    ['is not JSON', 'rows=3', 'what container "main" has written is not JSON'],
    ['is a list', '[1]', 'what container "main" has written is JSON, but not an object'],
    ['is null', 'null', 'what container "main" has written is JSON, but not an object'],
    [
      'is too long',
      JSON.stringify({ ...GOOD, note: 'x'.repeat(4096) }),
      'what container "main" has written is longer than 4 KiB',
    ],
    [
      'was cut',
      JSON.stringify({ ...GOOD, note: 'x'.repeat(4096) }).slice(0, 4096),
      /is not JSON; it has been cut: Kubernetes stores 4096 bytes of each container of this Pod$/,
    ],
    [
      'has a result twice',
      '{"rows": 3, "files": [], "note": "a", "rows": 4}',
      'what container "main" has written is ambiguous: it has "rows" more than once',
    ],
    [
      'has a result twice, once with an escape',
      '{"rows": 3, "r\\u006fws": 4}',
      'what container "main" has written is ambiguous: it has "rows" more than once',
    ],
    [
      'has a name twice within a value',
      '{"rows": [{"a": [{"b": 1}], "c": "{}", "a" : 2}]}',
      'what container "main" has written is ambiguous: it has "a" more than once',
    ],
    [
      'has a secret as a name twice',
      '{"hunter2": 3, "hunter2": 4}',
      'what container "main" has written is ambiguous: it has "***" more than once',
    ],
    [
      'lacks a result',
      '{"rows": 3, "files": []}',
      'results[note]: Required value: the template declares this result, of type string',
    ],
    ['has null for a result', '{"rows": 3, "files": [], "note": null}', /^results\[note\]: Required value/],
    [
      'has an unknown result',
      JSON.stringify({ ...GOOD, row: 3 }),
      'results[row]: Not found: "row": the template declares no result of this name; did you mean "rows"? it declares "rows", "files", "note"',
    ],
    [
      'has a value of another type',
      JSON.stringify({ ...GOOD, rows: '3' }),
      'results[rows]: Invalid value: "3": must be a whole number: write it without quotes',
    ],
    ['has a number that is too great', '{"rows": 1e400, "files": [], "note": ""}', /^results\[rows\]: Invalid value/],
    [
      'has a value out of its bounds',
      JSON.stringify({ ...GOOD, rows: -1, files: ['a', 'b', 'c'] }),
      '[results[rows]: Invalid value: -1: must be greater than or equal to 0, results[files]: Too many: 3: must have at most 2 elements]',
    ],
    [
      'has a secret in the wrong place',
      JSON.stringify({ ...GOOD, rows: 'hunter2' }),
      /^results\[rows\]: Invalid value: "\*\*\*"/,
    ],
  ])('because what was written %s', (_, text, message) => {
    const wanted = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    expect(ofText(text)).toEqual({ status: 'False', reason: 'ResultsInvalid', message: wanted });
  });

  it.each<[string, (text: string) => string]>([
    ['an unknown name', (text) => JSON.stringify({ ...GOOD, [text]: 1 })],
    ['a repeated name', (text) => `{"${text}": 1, "${text}": 2}`],
    ['a value of another type', (text) => JSON.stringify({ ...GOOD, rows: text })],
  ])('never quote a part of a secret, wherever it is cut in %s', (_, textWith) => {
    const secret = 'correct-horse-battery-staple';
    const hide = hiding([secret]);
    const declared = { results: RESULTS, schemas: new SchemaCompiler() };
    const parts = Array.from({ length: secret.length - 4 }, (_part, index) => secret.slice(index, index + 5));
    for (let before = 0; before < 130; before += 1) {
      const text = textWith('7'.repeat(before) + secret);
      const { message } = resultsOf([succeeded(text)], { container: 'main', declared, hide });
      expect(parts.filter((part) => message.includes(part))).toEqual([]);
    }
  });

  it('are reported with at most ten errors', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, 1]));
    expect(ofText(JSON.stringify(many)).message.match(/results\[/g)).toHaveLength(10);
  });

  it('because containers that others have added take a part of what Kubernetes stores', () => {
    const statuses = ['main', 'proxy', 'agent'].map((name) => wrote(undefined, 0, name));
    const text = JSON.stringify({ ...GOOD, note: 'é'.repeat(2000) });
    const cut = Buffer.from(text).subarray(0, 2457).toString();
    const pods = [
      pod(
        { phase: 'Succeeded', containerStatuses: [wrote(cut), ...statuses.slice(1)] },
        {
          spec: { containers: statuses.map(({ name }) => ({ name })), initContainers: [{ name: 'a' }, { name: 'b' }] },
        },
      ),
    ];
    expect(outcome(pods).message).toMatch(/not JSON; it has been cut: Kubernetes stores 2457 bytes/);
  });
});

it('whatever a container writes, the results are exactly those that are declared, or there are none, with a short message', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: -2, max: 9 }),
    fc.string(),
    fc.array(fc.string()),
  );
  const object = fc.dictionary(fc.constantFrom('rows', 'files', 'note', '__proto__', 'other'), value);
  const good = fc.record({
    rows: fc.nat(),
    files: fc.array(fc.constant('a'), { maxLength: 2 }),
    note: fc.constant('b'),
  });
  const text = fc.oneof(
    fc.string(),
    object.map((one) => JSON.stringify(one)),
    good.map((one) => JSON.stringify(one)),
  );
  let valid = 0;
  fc.assert(
    fc.property(text, (written) => {
      const found = ofText(written);
      expect(found.message.length).toBeLessThan(4_096);
      if (found.status !== 'True') return;
      valid += 1;
      expect(Object.keys(found.values)).toEqual(['rows', 'files', 'note']);
      expect(found.values).toEqual(JSON.parse(written));
    }),
  );
  expect(valid).toBeGreaterThan(0);
});
