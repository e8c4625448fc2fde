import { compileTemplate } from '../../../core/template/compile.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobTemplate } from '../../../api/job-template.ts';
import type { Parameter, ParameterValue } from '../../../api/parameter.ts';
import type { Job } from '../../../api/wire.ts';
import { formatFieldError } from '../../../core/errors/field-error.ts';
import { render } from '../../../core/job/render.ts';
import { sampleParameters } from '../../../core/parameters/samples.ts';
import { echoRun, echoTemplate } from './objects.ts';

function template(args: string[], parameters: Parameter[], image = 'busybox'): JobTemplate {
  const containers = [{ name: 'echo', image, args, env: [{ name: 'A', value: args[0] ?? '' }] }];
  return { ...echoTemplate({ template: { spec: { containers } } }), parameters };
}

function rendered(of: JobTemplate, parameters: Record<string, ParameterValue>): Job {
  const result = render(compileTemplate(of), echoRun({ parameters }));
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.job;
}

const container = (job: Job) => job.spec!.template.spec!.containers[0]!;
const argsOf = (of: JobTemplate, parameters: Record<string, ParameterValue> = {}) =>
  container(rendered(of, parameters)).args;

const text: Parameter = { name: 'x' };
const list: Parameter = { name: 'l', schema: { type: 'array', items: { type: 'string' } } };

describe('placeholders', () => {
  test.each<[string, string[], Record<string, ParameterValue>, string[]]>([
    ['the value replaces the placeholder', ['$(params.x)'], { x: 'a b' }, ['a b']],
    ['anywhere in a string, every time it occurs', ['<$(params.x)|$(params.x)>'], { x: '1' }, ['<1|1>']],
    ['placeholders in a value are not replaced', ['$(params.x)'], { x: '$(params.l[*])' }, ['$$(params.l[*])']],
    ['$$ escapes a placeholder', ['$$(params.x) $(params.x)'], { x: '1' }, ['$$(params.x) 1']],
    ['$$$ is an escaped $ and a placeholder', ['$$$(params.x)'], { x: '1' }, ['$$1']],
    ['variables are left to Kubernetes', ['$(HOME) $(params.x)'], { x: '1' }, ['$(HOME) 1']],
    ['the elements replace one element', ['a', '$(params.l[*])', 'z'], { x: '', l: ['1', '2'] }, ['a', '1', '2', 'z']],
    ['an empty list removes the element', ['a', '$(params.l[*])'], { x: '', l: [] }, ['a']],
  ])('%s', (_, args, values, expected) => {
    expect(argsOf(template(args, [text, list]), { l: [], x: '', ...values })).toEqual(expected);
  });

  test('numbers and booleans are written as in JSON', () => {
    const parameters: Parameter[] = [
      { name: 'i', schema: { type: 'integer' } },
      { name: 'n', schema: { type: 'number' } },
      { name: 'b', schema: { type: 'boolean' } },
    ];
    const of = template(['$(params.i) $(params.n) $(params.b)'], parameters);
    expect(argsOf(of, { i: -7, n: 0.5, b: false })).toEqual(['-7 0.5 false']);
  });

  test('a $ of a value stays one $ in fields that the kubelet does not expand', () => {
    const job = rendered(template(['$(params.x)'], [text], 'reg/$(params.x):$$(params.x)'), { x: 'a$(B)' });
    expect(container(job)).toMatchObject({ image: 'reg/a$(B):$(params.x)', args: ['a$$(B)'] });
  });

  test('text that a run sets is not expanded', () => {
    const of = template(['$(params.x)'], [text]);
    const result = render(compileTemplate(of), echoRun({ args: ['$(params.x)'], parameters: { x: '1' } }));
    expect('job' in result && container(result.job).args).toEqual(['$(params.x)']);
  });

  test('a default is used unless the run gives a value', () => {
    const of = template(['$(params.x)'], [{ ...text, default: 'd' }]);
    expect(argsOf(of)).toEqual(['d']);
    expect(argsOf(of, { x: '' })).toEqual(['']);
  });
});

describe('values of a run', () => {
  const parameters: Parameter[] = [
    { name: 'day', description: 'Which day.', schema: { type: 'string', pattern: '^[a-z]+$', maxLength: 9 } },
    { name: 'count', schema: { type: 'integer', minimum: 1, maximum: 10 }, default: 1 },
    { name: 'mode', schema: { type: 'string', enum: ['fast', 'slow'] }, default: 'fast' },
    { name: 'files', schema: { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: 2 }, default: [] },
  ];
  const of = template(['$(params.day)', '$(params.files[*])'], parameters);

  test.each<[string, Record<string, unknown>, RegExp[]]>([
    [
      'missing',
      {},
      [/^spec.parameters\[day\]: Required value: JobTemplate "echo" needs .* of type string \(Which day\.\)/],
    ],
    ['unknown', { day: 'x', cuont: 1 }, [/^spec.parameters\[cuont\]: Not found: "cuont": .*did you mean "count"\?/]],
    ['of another type', { day: 5 }, [/^spec.parameters\[day\]: Invalid value: 5: must be a string: put it in quotes$/]],
    [
      'out of bounds',
      { day: 'x', count: 11 },
      [/^spec.parameters\[count\]: Invalid value: 11: must be less than or equal to 10/],
    ],
    ['too long', { day: 'abcdefghij' }, [/^spec.parameters\[day\]: Too long: may not be more than 9 characters/]],
    [
      'not one of the allowed values',
      { day: 'x', mode: 'fats' },
      [/^spec.parameters\[mode\]: Unsupported value: "fats": .*did you mean "fast"/],
    ],
    [
      'not matched by the pattern',
      { day: 'X' },
      [/^spec.parameters\[day\]: Invalid value: "X": must match the regular expression/],
    ],
    [
      'wrong in an element',
      { day: 'x', files: ['a', ''] },
      [/^spec.parameters\[files\]\[1\]: Invalid value: "": must have at least 1 character/],
    ],
    ['too many', { day: 'x', files: ['a', 'b', 'c'] }, [/^spec.parameters\[files\]: Too many: 3/]],
    ['impossible as an argument of a process', { day: 'a\0' }, [/must match/, /must not contain the character NUL/]],
    ['not exact', { day: 'x', count: 2 ** 60 }, [/less than or equal/, /too great to be stored exactly/]],
    ['wrong in several ways, all reported together', { cuont: 1, mode: 1 }, [/cuont/, /day/, /mode/]],
  ])('that are %s are denied', (_, values, expected) => {
    const result = render(compileTemplate(of), echoRun({ parameters: values as Record<string, ParameterValue> }));
    const reported = 'errors' in result ? result.errors.map(formatFieldError) : [];
    for (const pattern of expected) expect(reported).toContainEqual(expect.stringMatching(pattern));
    expect(reported.length).toBeGreaterThanOrEqual(expected.length);
  });
});

describe('a template', () => {
  const reported = (args: string[], parameters: unknown[]): string[] =>
    compileTemplate(template(args, parameters as Parameter[])).errors.map(formatFieldError);

  test.each<[string, string[], unknown[], RegExp]>([
    [
      'an undeclared placeholder',
      ['$(params.dya)'],
      [{ name: 'day' }],
      /args\[0\]: Not found: "\$\(params.dya\)": .*did you mean "day"/,
    ],
    ['an array in the middle of a string', ['a$(params.l)'], [list], /args\[0\]: Invalid value: .*is a list/],
    ['elements in the middle of a string', ['a$(params.l[*])'], [list], /args\[0\]: Invalid value: .*is a list/],
    [
      'elements of a parameter that is not an array',
      ['$(params.x[*])'],
      [text],
      /args\[0\]: Invalid value: .*is not a list/,
    ],
    ['an unclosed placeholder', ['$(params.x'], [text], /not closed/],
    ['a name twice', [], [text, text], /parameters\[1\]\.name: Duplicate value: "x"/],
    ['an invalid name', [], [{ name: '1x' }], /parameters\[0\]\.name: Invalid value: "1x"/],
    [
      'a default that does not match the schema',
      [],
      [{ name: 'x', schema: { type: 'integer' }, default: 'a' }],
      /parameters\[0\]\.default: Invalid value/,
    ],
    [
      'a pattern without a bound',
      [],
      [{ name: 'x', schema: { type: 'string', pattern: 'a' } }],
      /schema\.maxLength: Required value/,
    ],
    [
      'an invalid pattern',
      [],
      [{ name: 'x', schema: { type: 'string', pattern: '(?=a)', maxLength: 5 } }],
      /schema\.pattern: Invalid value/,
    ],
    [
      'bounds that exclude every value',
      [],
      [{ name: 'x', schema: { type: 'integer', minimum: 2, maximum: 1 } }],
      /schema\.minimum: Invalid value/,
    ],
    ['an array without items', [], [{ name: 'x', schema: { type: 'array' } }], /schema\.items: Required value/],
    ['neither a value nor a default', [], [{ name: 'x', required: false }], /parameters\[0\]\.default: Required value/],
  ])('is refused for %s', (_, args, parameters, expected) => {
    expect(reported(args, parameters)).toContainEqual(expect.stringMatching(expected));
  });

  test('is denied for a placeholder if it declares no parameters', () => {
    const of = template(['$(params.day)'], []);
    delete of.parameters;
    expect(compileTemplate(of).errors.map(formatFieldError)).toEqual([
      expect.stringMatching(/args\[0\]: Not found: .*the template declares no parameters/),
      expect.stringMatching(/env\[0\].value: Not found: /),
    ]);
  });

  const digits = { type: 'string', pattern: '^[0-9]+$', maxLength: 20 } as const;

  test.each<[string, Parameter['schema'], ParameterValue | undefined, ParameterValue | undefined]>([
    ['its default', { type: 'string', examples: ['b'], enum: ['a', 'b'] }, 'a', 'a'],
    ['else its first example', { ...digits, enum: ['3', '2', '1'], examples: ['2', '1'] }, undefined, '2'],
    ['else the first value of its enum', { ...digits, enum: ['2', '1'] }, undefined, '2'],
    ['any string', undefined, undefined, 'sample'],
    ['a string of its length', { type: 'string', minLength: 8 }, undefined, 'samplexx'],
    ['a string that is short enough', { type: 'string', maxLength: 2 }, undefined, 'sa'],
    ['an integer in its bounds', { type: 'integer', minimum: 4.5 }, undefined, 5],
    ['a number in its bounds', { type: 'number', maximum: -0.5 }, undefined, -0.5],
    ['a boolean', { type: 'boolean' }, undefined, false],
    ['a list of its length', { type: 'array', items: { type: 'boolean' }, minItems: 2 }, undefined, [false, false]],
    [
      'an example of a list',
      { type: 'array', items: digits, maxItems: 3, examples: [['1', '2']] },
      undefined,
      ['1', '2'],
    ],
    ['an empty list if no element is known', { type: 'array', items: digits, maxItems: 3 }, undefined, []],
    ['no value for a pattern', digits, undefined, undefined],
    [
      'no value for a list of patterns',
      { type: 'array', items: digits, minItems: 1, maxItems: 3 },
      undefined,
      undefined,
    ],
    ['no string that takes megabytes', { type: 'string', minLength: 2 ** 30 }, undefined, undefined],
    [
      'no list that takes megabytes',
      { type: 'array', items: { type: 'integer' }, minItems: 2 ** 31 },
      undefined,
      undefined,
    ],
  ])('is tried with %s', (_, schema, given, expected) => {
    const parameter = { name: 'a', ...(schema && { schema }), ...(given !== undefined && { default: given }) };
    const of = template([], [parameter]);
    expect(compileTemplate(of).errors).toEqual([]);
    const { values, missing } = sampleParameters(compileTemplate(of));
    expect(values['a']).toEqual(expected);
    expect(missing).toEqual(expected === undefined ? ['a'] : []);
    if (expected !== undefined) expect(rendered(of, values)).toBeDefined();
  });

  test.each<[string, Parameter['schema'], string[]]>([
    ['an example that matches', { ...digits, examples: ['1'] }, []],
    [
      'an example that does not match',
      { ...digits, examples: ['1', 'x'] },
      [`parameters[0].schema.examples[1]: Invalid value: "x": must match the regular expression ^[0-9]+$`],
    ],
    [
      'an example that is not in the enum',
      { type: 'string', enum: ['fast'], examples: ['slow'] },
      ['parameters[0].schema.examples[0]: Unsupported value: "slow": supported values: "fast"'],
    ],
    [
      'an element as the example of a list',
      { type: 'array', items: { type: 'string' }, examples: ['a'] },
      ['parameters[0].schema.examples[0]: Invalid value: "a": must be a list: write ["a"]'],
    ],
    [
      'a list with an element that does not match',
      { type: 'array', items: { type: 'integer' }, examples: [[1, 1.5]] },
      ['parameters[0].schema.examples[0][1]: Invalid value: 1.5: must be a whole number'],
    ],
    [
      'examples of elements',
      { type: 'array', items: { type: 'string', examples: ['a'] } as object } as Parameter['schema'],
      ['parameters[0].schema.items.examples: Forbidden: set examples beside items; each example is a whole list'],
    ],
    [
      'examples that are not a list',
      { type: 'string', examples: 'a' as unknown as string[] },
      ['parameters[0].schema.examples: Invalid value: "a": must be a list'],
    ],
  ])('with %s', (_, schema, expected) => {
    expect(reported([], [{ name: 'x', schema }])).toEqual(expected);
  });
});

/**
 * What the kubelet turns a string into: it replaces `$(NAME)` of a known variable, turns `$$` into `$`, and leaves the
 * rest.
 */
function kubeletExpands(input: string, variables: Record<string, string>): string {
  let output = '';
  for (let i = 0; i < input.length; i += 1) {
    if (input[i] !== '$' || i + 1 === input.length) {
      output += input[i]!;
    } else if (input[i + 1] === '$') {
      output += '$';
      i += 1;
    } else if (input[i + 1] === '(') {
      const end = input.indexOf(')', i);
      const name = end === -1 ? undefined : input.slice(i + 2, end);
      if (name === undefined) {
        output += '$(';
        i += 1;
      } else {
        output += variables[name] ?? `$(${name})`;
        i = end;
      }
    } else {
      output += `$${input[i + 1]!}`;
      i += 1;
    }
  }
  return output;
}

describe('whatever the values are', () => {
  const nasty = fc
    .oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(
          fc.constantFrom(
            '$',
            '$$',
            '(',
            ')',
            '$(A)',
            '$(params.x)',
            '$(params.l[*])',
            'params.',
            '\\',
            '"',
            '\n',
            ' ',
          ),
          { maxLength: 8 },
        )
        .map((parts) => parts.join('')),
    )
    .filter((value) => value.isWellFormed() && !value.includes('\0'));

  test('each reaches argv and the environment unchanged', () => {
    fc.assert(
      fc.property(nasty, fc.array(nasty, { maxLength: 4 }), (x, l) => {
        const job = rendered(template(['$(params.x)', '$(params.l[*])', '<$(params.x)>'], [text, list]), { x, l });
        const expand = (input: string) => kubeletExpands(input, { A: 'expanded' });
        expect(container(job).args!.map(expand)).toEqual([x, ...l, `<${x}>`]);
        expect(expand(container(job).env![0]!.value!)).toBe(x);
      }),
    );
  });

  test('nothing else changes, neither in the Job nor in the template', () => {
    const of = template(['$(params.x)', 'b'], [text], 'reg/$(params.x)');
    const before = structuredClone(of);
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      if (typeof value !== 'object' || value === null) return typeof value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
    };
    fc.assert(
      fc.property(nasty, (x) => {
        expect(shape(rendered(of, { x }))).toEqual(shape(rendered(of, { x: 'plain' })));
      }),
    );
    expect(of).toEqual(before);
  });
});
