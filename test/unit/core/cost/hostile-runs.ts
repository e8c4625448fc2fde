import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { Parameter } from '../../../../api/parameter.ts';
import { echoTemplate } from '../objects.ts';

/** What one tenant writes to make the product work: `size` times something, up to the largest object. */
export interface Hostile {
  name: string;
  /** The largest that fits into 256 KiB, or that another limit allows. */
  most: number;
  template?: (size: number) => Partial<JobTemplate>;
  run?: (size: number) => Partial<JobRun['spec']>;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** A template with these arguments. */
export const args = (list: string[], parameters: Parameter[] = []): Partial<JobTemplate> => {
  const { spec } = echoTemplate();
  Object.assign(spec.template.spec?.containers[0] ?? {}, { args: list });
  return { spec, parameters };
};

/** A template whose first container has these fields. */
const container = (fields: object, parameters: Parameter[] = []): Partial<JobTemplate> => {
  const { spec } = echoTemplate();
  Object.assign(spec.template.spec?.containers[0] ?? {}, fields);
  return { spec, parameters };
};

const A: Parameter[] = [{ name: 'a', default: 'x' }];
const LIST: Parameter[] = [{ name: 'a', default: [], schema: { type: 'array', items: { type: 'string' } } }];
/** Names that are long, and differ in few letters. */
const parameters = (count: number): Parameter[] =>
  times(count, (index) => ({ name: `p${index}`.padEnd(63, 'q'), default: 'x' }));
const strings = (count: number, length: number): string[] => times(count, (index) => `${index}`.padEnd(length, 'v'));
const record = (count: number, key: (index: number) => string): Record<string, string> =>
  Object.fromEntries(times(count, (index) => [key(index), 'v']));

const enumOf = (values: string[]): Parameter => ({
  name: 'a',
  default: values[0] ?? '',
  schema: { type: 'string', enum: values },
});

export const HOSTILE: readonly Hostile[] = [
  { name: 'placeholders in one string', most: 23_000, template: (size) => args(['$(params.a)'.repeat(size)], A) },
  {
    name: 'strings with a placeholder',
    most: 18_000,
    template: (size) =>
      args(
        times(size, () => '$(params.a)'),
        A,
      ),
  },
  {
    name: 'undeclared placeholders',
    most: 3_400,
    template: (size) =>
      args(
        strings(size, 63).map((x) => `$(params.x${x})`),
        parameters(100),
      ),
  },
  {
    name: 'words that are nearly placeholders',
    most: 3_400,
    template: (size) =>
      args(
        strings(size, 63).map((x) => `$(param.x${x})`),
        parameters(100),
      ),
  },
  {
    name: 'short words that are nearly placeholders',
    most: 15_000,
    template: (size) =>
      args(
        strings(size, 5).map((x) => `$(param.x${x})`),
        parameters(100),
      ),
  },
  {
    name: 'nearly a placeholder with blanks',
    most: 250_000,
    template: (size) => args([`$(params${' '.repeat(size)}.a`], A),
  },
  {
    name: 'a long key above many strings',
    most: 20_000,
    template: (size) => container({ foo: { ['k'.repeat(5 * size)]: times(size, () => '$') } }),
  },
  {
    name: 'long keys in each other above many strings',
    most: 15_000,
    template: (size) => {
      const strings: object = { k: times(size, () => '$(params.a)') };
      const nested = times(40, (i) => `${i}`.padEnd(1_000, 'k')).reduce<object>(
        (map, key) => ({ [key]: map }),
        strings,
      );
      return container({ foo: nested }, A);
    },
  },
  {
    name: 'lists in each other',
    most: 80_000,
    template: (size) => {
      const lists: object = { k: times(size, () => []) };
      return container({ foo: times(50, () => 'k').reduce<object>((map, key) => ({ [key]: map }), lists) });
    },
  },
  { name: 'dollars', most: 250_000, template: (size) => args([`${'$'.repeat(size)}(params.`], A) },
  { name: 'references that are not closed', most: 120_000, template: (size) => args(['$('.repeat(size)], A) },
  { name: 'placeholders that are not closed', most: 26_000, template: (size) => args(['$$(params.'.repeat(size)], A) },
  { name: 'placeholders in braces', most: 23_000, template: (size) => args(['${params.b}'.repeat(size)], A) },
  {
    name: 'values of an enum',
    most: 1_000,
    template: (size) => ({ ...args([]), parameters: [enumOf(strings(size, 240))] }),
  },
  {
    name: 'names of parameters',
    most: 100,
    template: (size) => ({ ...args([]), parameters: times(size, (i) => ({ name: `p${i}`.padEnd(2_400, 'q') })) }),
  },
  {
    name: 'a description in many lines',
    most: 250_000,
    template: (size) => args([], [{ name: 'a', default: '', description: 'x\n'.repeat(size / 2) }]),
  },
  {
    name: 'samples of lists',
    most: 100,
    template: (size) =>
      args(
        ['$(params.p0[*])'],
        times(size, (i) => ({
          name: `p${i}`,
          schema: { type: 'array', minItems: 4096, items: { type: 'string', minLength: 4096 } },
        })),
      ),
  },
  {
    name: 'patterns that fold the case of ranges',
    most: 100,
    template: (size) =>
      args(
        [],
        times(size, (i) => ({
          name: `p${i}`,
          default: 'a',
          schema: { type: 'string', maxLength: 9, pattern: '(?i)[B-\u{1e942}]'.repeat(50) },
        })),
      ),
  },
  {
    name: 'patterns that repeat groups',
    most: 100,
    template: (size) =>
      args(
        [],
        times(size, (i) => ({
          name: `p${i}`,
          default: 'a',
          schema: { type: 'string', maxLength: 4096, pattern: `^((a{0,9}b?){9}${i}?){9}` },
        })),
      ),
  },
  {
    name: 'variables',
    most: 5_500,
    template: (size) => container({ env: times(size, (i) => ({ name: `V${i}`, value: '$(params.a)' })) }, A),
  },
  {
    name: 'references to Secrets',
    most: 2_400,
    template: (size) =>
      container({
        env: times(size, (i) => ({ name: `V${i}`, valueFrom: { secretKeyRef: { name: `s${i}`, key: 'k' } } })),
      }),
  },
  {
    name: 'quantities',
    most: 15_000,
    template: (size) => container({ resources: { limits: record(size, (i) => `example.com/${i}`) } }),
  },
  {
    name: 'variables of a run',
    most: 6_000,
    template: () => container({ env: times(5_500, (i) => ({ name: `V${2 * i}`, value: 'x' })) }),
    run: (size) => ({ env: times(size, (i) => ({ name: `V${i}`, value: 'y' })) }),
  },
  {
    name: 'a long variable that repeats itself',
    most: 120_000,
    run: (size) => ({ env: [{ name: 'V', value: '\\"'.repeat(size / 2) }] }),
  },
  {
    name: 'variables that begin alike and are short',
    most: 6_000,
    run: (size) => ({ env: times(size, (i) => ({ name: `V${i}`, value: 'aaaaaaaaaaaaaaa'.slice(i % 12) })) }),
  },
  {
    name: 'a long variable in a secret parameter',
    most: 250_000,
    template: () => args([], [{ name: 'a', secret: true, default: '' }]),
    run: (size) => ({ parameters: { a: times(size / 4, (i) => String(i % 10_000).padEnd(4)).join('') } }),
  },
  {
    name: 'elements of a list, inserted ten times',
    most: 30_000,
    template: () =>
      args(
        times(10, () => '$(params.a[*])'),
        LIST,
      ),
    run: (size) => ({ parameters: { a: times(size, () => '') } }),
  },
  {
    name: 'a value that is inserted in many places',
    most: 250_000,
    template: () =>
      args(
        times(10_000, () => '$(params.a)'),
        A,
      ),
    run: (size) => ({ parameters: { a: 'x'.repeat(size) } }),
  },
  {
    name: 'copies in a pattern that matches slowly',
    most: 350,
    template: (size) =>
      args([], [{ name: 'a', schema: { type: 'string', maxLength: 4096, pattern: `[ab]*a[ab]{${size}}[xyz]$` } }]),
    run: () => ({ parameters: { a: 'ab'.repeat(2048) } }),
  },
  {
    name: 'parameters that are not declared',
    most: 3_400,
    template: () => args([], parameters(100)),
    run: (size) => ({ parameters: record(size, (i) => `x${i}`.padEnd(63, 'q')) }),
  },
  {
    name: 'elements that are not in an enum',
    most: 1_000,
    template: () =>
      args(
        [],
        [{ name: 'a', default: [], schema: { type: 'array', items: { type: 'string', enum: strings(1_000, 200) } } }],
      ),
    run: (size) => ({ parameters: { a: strings(size, 199) } }),
  },
  {
    name: 'labels',
    most: 12_000,
    template: () => ({ ...args([]), overrides: { allow: ['labels'] } }),
    run: (size) => ({ metadata: { labels: record(size, (i) => `example.com/${i}`) } }),
  },
  {
    name: 'reserved labels',
    most: 12_000,
    template: () => ({ ...args([]), overrides: { allow: ['labels'] } }),
    run: (size) => ({ metadata: { labels: record(size, (i) => `a.kubernetes.io/${i}`) } }),
  },
  {
    name: 'a key with many dots',
    most: 120_000,
    template: () => ({ ...args([]), overrides: { allow: ['annotations'] } }),
    run: (size) => ({ metadata: { annotations: record(1, () => 'a.'.repeat(size)) } }),
  },
  {
    name: 'containers that do not exist',
    most: 10_000,
    template: () => container({ name: 'x'.repeat(100_000) }),
    run: (size) => ({ containers: times(size, (i) => ({ name: `c${i}` })) }),
  },
];
