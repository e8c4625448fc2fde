import { describe, expect, it } from 'vitest';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';

const content = (podSpec: object): TemplateContent => ({ spec: { template: { spec: podSpec } } }) as TemplateContent;
const errorsOf = (template: TemplateContent) => compileTemplate(template).errors;
const container = { name: 'c', image: 'i' };

describe('the errors of a template', () => {
  it('takes containers and initContainers that are objects', () => {
    expect(errorsOf(content({ containers: [container], initContainers: [container] }))).toEqual([]);
  });

  it.each([[null], ['x'.repeat(1_000_000)], [7], [[container]]])('names a container that is none', (wrong) => {
    expect(errorsOf(content({ containers: [container, wrong], initContainers: [wrong] }))).toMatchObject([
      { path: 'spec.template.spec.containers[1]', reason: 'FieldValueTypeInvalid' },
      { path: 'spec.template.spec.initContainers[0]', reason: 'FieldValueTypeInvalid' },
    ]);
  });

  it('names initContainers that are no list', () => {
    expect(errorsOf(content({ containers: [container], initContainers: {} }))).toMatchObject([
      { path: 'spec.template.spec.initContainers' },
    ]);
  });
});
