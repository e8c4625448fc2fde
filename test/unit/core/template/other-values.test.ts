import { expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { otherValues } from '../../../../core/template/other-values.ts';
import { echoTemplate } from '../objects.ts';

const PARAMETERS: Parameter[] = [
  { name: 'suite', schema: { type: 'string', enum: ['unit', 'all'] } },
  { name: 'only', schema: { type: 'string', enum: ['one'] } },
  { name: 'flag', schema: { type: 'boolean' } },
  { name: 'few', schema: { type: 'integer', minimum: 1, maximum: 3 } },
  { name: 'many', schema: { type: 'integer', minimum: 1, maximum: 300 } },
  { name: 'open', default: 'x' },
  { name: 'list', schema: { type: 'array', items: { type: 'string', enum: ['a'] } } },
];

const USED = { suite: 'unit', only: 'one', flag: true, few: 2, many: 1, open: 'x', list: ['a'] };

const othersOf = (image: string) => {
  const containers = [{ name: 'echo', image, args: ['$(params.list[*])'] }];
  const template = compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), parameters: PARAMETERS });
  return otherValues(template, 'spec.template.spec.containers[0].image', USED);
};

it.each<[string, string, object[] | undefined]>([
  ['an enum', 'app:$(params.suite)', [{ suite: 'all' }]],
  ['an enum with one value', '$(params.only)', []],
  ['a boolean', '$(params.flag)', [{ flag: false }]],
  ['an integer with a narrow range', '$(params.few)', [{ few: 1 }, { few: 3 }]],
  [
    'two parameters',
    '$(params.suite)-$(params.flag)',
    [
      { suite: 'unit', flag: false },
      { suite: 'all', flag: true },
      { suite: 'all', flag: false },
    ],
  ],
  ['too many values together', '$(params.suite)$(params.flag)$(params.few)', undefined],
  ['an integer with a wide range', '$(params.many)', undefined],
  ['any text', '$(params.open)', undefined],
  ['an enum and any text', '$(params.suite)$(params.open)', undefined],
  ['no parameter', 'app', undefined],
])('the other values of a field with %s', (_, image, expected) => {
  expect(othersOf(image)).toEqual(expected);
});

it('an element of a list has no other values that are known', () => {
  const containers = [{ name: 'echo', image: 'x', args: ['$(params.list[*])'] }];
  const template = compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), parameters: PARAMETERS });
  expect(otherValues(template, 'spec.template.spec.containers[0].args[0]', USED)).toBeUndefined();
});
