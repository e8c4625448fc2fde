import { describe, expect, it } from 'vitest';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { OVERRIDES } from '../../../../api/names.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { fieldError } from '../field-errors.ts';

const content = (podSpec: object): TemplateContent => ({ spec: { template: { spec: podSpec } } }) as TemplateContent;
const errorsOf = (template: TemplateContent) => compileTemplate(template).errors;
const container = { name: 'c', image: 'i' };

describe('the errors of a template', () => {
  it('are none for containers and initContainers that are objects', () => {
    expect(errorsOf(content({ containers: [container], initContainers: [container] }))).toEqual([]);
  });

  it.each([[null], ['x'.repeat(1_000_000)], [7], [[container]]])('name a container that is not an object', (wrong) => {
    expect(errorsOf(content({ containers: [container, wrong], initContainers: [wrong] }))).toMatchObject([
      { path: 'spec.template.spec.containers[1]', reason: 'FieldValueTypeInvalid' },
      { path: 'spec.template.spec.initContainers[0]', reason: 'FieldValueTypeInvalid' },
    ]);
  });

  it('name initContainers that are not a list', () => {
    expect(errorsOf(content({ containers: [container], initContainers: {} }))).toMatchObject([
      { path: 'spec.template.spec.initContainers' },
    ]);
  });
});

describe('the containers of a template', () => {
  it.each<[string, unknown]>([
    ['no spec', {}],
    ['a spec that is null', { spec: null }],
    ['no Pod template', { spec: {} }],
    ['no Pod spec', { spec: { template: {} } }],
    ['no list', { spec: { template: { spec: {} } } }],
    ['an empty list', { spec: { template: { spec: { containers: [] } } } }],
    ['an object in place of the list', { spec: { template: { spec: { containers: container } } } }],
  ])('are required: %s', (_, template) => {
    expect(errorsOf(template as TemplateContent)).toEqual([
      fieldError('spec.template.spec.containers', 'FieldValueRequired', /Required value: .*container/),
    ]);
  });

  it('are objects with a name and an image', () => {
    expect(errorsOf(content({ containers: [container, 7] }))).toEqual([
      fieldError('spec.template.spec.containers[1]', 'FieldValueTypeInvalid', /object with a name and an image/),
    ]);
  });

  it('may come without initContainers, but with nothing else in their place', () => {
    expect(errorsOf(content({ containers: [container], initContainers: null }))).toEqual([]);
    expect(errorsOf(content({ containers: [container], initContainers: 'a' }))).toEqual([
      fieldError('spec.template.spec.initContainers', 'FieldValueTypeInvalid', /list of containers/),
    ]);
  });
});

describe('the overrides that a template allows', () => {
  const allowing = (overrides: unknown) =>
    errorsOf({ ...content({ containers: [container] }), overrides } as TemplateContent);

  it.each<[string, unknown]>([
    ['no value', undefined],
    ['null', null],
    ['no list', {}],
    ['a list that is null', { allow: null }],
    ['an empty list', { allow: [] }],
    ['every override', { allow: [...OVERRIDES] }],
  ])('can be %s', (_, overrides) => {
    expect(allowing(overrides)).toEqual([]);
  });

  it('are a list', () => {
    expect(allowing({ allow: 'args' })).toEqual([
      fieldError('overrides.allow', 'FieldValueTypeInvalid', /^Invalid value: "args": .*list/),
    ]);
  });

  it('are fields that can be overridden', () => {
    expect(allowing({ allow: ['args', 'imge', 'nonsense', 7] })).toEqual([
      fieldError(
        'overrides.allow[1]',
        'FieldValueNotSupported',
        /"imge": supported values: "args", .*"priorityClassName"; did you mean "image"\?$/,
      ),
      fieldError(
        'overrides.allow[2]',
        'FieldValueNotSupported',
        /"nonsense": supported values: .*"priorityClassName"$/,
      ),
      fieldError('overrides.allow[3]', 'FieldValueNotSupported', /: 7: supported values: .*"priorityClassName"$/),
    ]);
  });

  it('occur once', () => {
    expect(allowing({ allow: ['args', 'image', 'args'] })).toEqual([
      fieldError('overrides.allow[2]', 'FieldValueDuplicate', /Duplicate value: "args"/),
    ]);
  });
});

describe('many errors of a template', () => {
  const many = Array.from({ length: 60 }, () => ({}));
  const template = { spec: { x: '$(params.x)' }, parameters: many, overrides: { allow: ['x'] } };

  it('are cut to a readable number, except for kinds of which there are few', () => {
    const paths = errorsOf(template as unknown as TemplateContent).map(({ path }) => path);
    expect(paths).toHaveLength(1 + 50 + 1);
    expect(paths[0]).toBe('spec.template.spec.containers');
    expect(paths.slice(1, 51)).toEqual(many.slice(0, 50).map((_, index) => `parameters[${index}].name`));
    expect(paths[51]).toBe('overrides.allow[0]');
  });

  it('are first those of its parameters, then those of its placeholders', () => {
    const both = { ...content({ containers: [container], x: '$(params.x)' }), parameters: 'y' };
    expect(errorsOf(both as unknown as TemplateContent)).toMatchObject([
      { path: 'parameters' },
      { path: 'spec.template.spec.x' },
    ]);
  });
});
