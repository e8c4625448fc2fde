import { expect, it } from 'vitest';
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

it('a template that was stored with such a name gets its Jobs', () => {
  expect(templateNamed('x-$(params.day)').errors).toEqual([]);
});
