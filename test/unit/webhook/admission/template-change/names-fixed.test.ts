import { expect, it } from 'vitest';
import type { JobTemplate } from '../../../../../api/job-template.ts';
import type { Override } from '../../../../../api/names.ts';
import { compileTemplate } from '../../../../../core/template/compile.ts';
import { namesFixed } from '../../../../../webhook/admission/template-change/names-fixed.ts';
import { echoTemplate } from '../../../core/objects.ts';

const templateNamed = (name: string, list: object = {}) => {
  const spec = { containers: [{ name, image: 'busybox' }], ...list };
  return compileTemplate({ ...echoTemplate({ template: { spec } }), parameters: [{ name: 'day' }] });
};
const found = (name: string, list?: object) => namesFixed({ compiled: () => templateNamed(name, list) }).errors;

it('the name of a container has no placeholder', () => {
  const initContainers = [{ name: 'a' }, { name: '$(params.day)' }];
  expect(found('x-$(params.day)', { initContainers })).toMatchObject([
    { path: 'spec.template.spec.containers[0].name', message: expect.stringMatching(/same in every Job/) as string },
    { path: 'spec.template.spec.initContainers[1].name' },
  ]);
});

it('it can have escaped text, and other names can have placeholders', () => {
  expect(found('$$(params.day)', { volumes: [{ name: '$(params.day)' }] })).toEqual([]);
});

const variable = (allow?: Override[]): JobTemplate => ({
  ...echoTemplate({
    template: {
      spec: {
        containers: [{ name: 'a', image: 'busybox', env: [{ name: 'A', value: '$(params.day)' }] }],
        initContainers: [{ name: 'b', env: [{ name: 'B' }, { name: '$(params.day)', value: 'x' }] }],
      },
    },
  }),
  parameters: [{ name: 'day' }],
  ...(allow && { overrides: { allow } }),
});

it.each<[string, Override[] | undefined]>([
  ['by default', undefined],
  ['by its list', ['env', 'args']],
])('the name of a variable has no placeholder if runs may override it %s', (_, allow) => {
  const { errors } = namesFixed({ compiled: () => compileTemplate(variable(allow)) });
  expect(errors).toMatchObject([
    {
      path: 'spec.template.spec.initContainers[0].env[1].name',
      message: expect.stringMatching(/"env" out of/) as string,
    },
  ]);
});

it('the name of a variable can have a placeholder if no run may override it', () => {
  expect(namesFixed({ compiled: () => compileTemplate(variable(['args'])) }).errors).toEqual([]);
});

it('a template that was stored with such a name gets its Jobs', () => {
  expect(templateNamed('x-$(params.day)').errors).toEqual([]);
});
