import { describe, expect, it } from 'vitest';
import type { JobTemplate, TemplateContent } from '../../../../api/job-template.ts';
import { DEFAULT_OVERRIDES } from '../../../../api/names.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { echoTemplate } from '../objects.ts';

const with_ = (more: object): JobTemplate => ({ ...echoTemplate(), ...more });

describe('a compiled template', () => {
  it('contains what matters to its runs, and nothing else of the object', () => {
    const { spec } = echoTemplate();
    expect(compileTemplate(echoTemplate()).content).toStrictEqual({ spec });
    const [parameters, overrides, jobMetadata] = [[{ name: 'day' }], { allow: [] }, { labels: {} }];
    const whole = { spec, jobMetadata, parameters, overrides };
    expect(compileTemplate(with_(whole)).content).toStrictEqual(whole);
    expect(compileTemplate(with_({ parameters: null, overrides: null })).content).toStrictEqual({ spec });
  });

  it('has the revision of its content', () => {
    for (const template of [echoTemplate(), with_({ parameters: [{ name: 'day' }] }), with_({ overrides: {} })]) {
      expect(compileTemplate(template).revision).toBe(templateRevision(template));
    }
    expect(compileTemplate(with_({ overrides: null })).revision).toBe(compileTemplate(echoTemplate()).revision);
  });

  it('has the size of its content in bytes', () => {
    const size = (note: string) => compileTemplate({ spec: { template: {}, note } } as TemplateContent).size;
    expect(size('')).toBe(JSON.stringify({ spec: { note: '', template: {} } }).length);
    expect(size('ä😀') - size('')).toBe(2 + 4);
  });

  it('computes its errors and its placeholders once', () => {
    const compiled = compileTemplate(
      echoTemplate({ template: { spec: { containers: [], x: '$(params.x)' } as never } }),
    );
    expect(compiled.plan.strings).toMatchObject([{ path: 'spec.template.spec.x' }]);
    expect(compiled.errors).toMatchObject([
      { path: 'spec.template.spec.containers' },
      { path: 'spec.template.spec.x', reason: 'FieldValueNotFound' },
    ]);
    expect(compiled.plan).toBe(compiled.plan);
    expect(compiled.errors).toBe(compiled.errors);
  });

  it('has its parameters, or none if none are declared', () => {
    expect(compileTemplate(echoTemplate()).parameters).toEqual([]);
    expect(compileTemplate(with_({ parameters: [{ name: 'day' }] })).parameters).toEqual([{ name: 'day' }]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['the default ones without a list', undefined, DEFAULT_OVERRIDES],
    ['the default ones with a null', null, DEFAULT_OVERRIDES],
    ['the default ones if the list is absent', {}, DEFAULT_OVERRIDES],
    ['the default ones if the list is null', { allow: null }, DEFAULT_OVERRIDES],
    ['none if the list is empty', { allow: [] }, []],
    ['those of the list', { allow: ['image'] }, ['image']],
  ])('allows overrides: %s', (_, overrides, expected) => {
    expect(compileTemplate(with_({ overrides })).allowed).toEqual(expected);
  });
});
