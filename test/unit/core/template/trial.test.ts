import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../../api/parameter.ts';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { render } from '../../../../core/job/render.ts';
import { compileTemplate, type CompiledTemplate } from '../../../../core/template/compile.ts';
import { trialFindings, trialOf } from '../../../../core/template/trial.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const MONTH = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}$', maxLength: 7 } as const;

function compiled(parameters: Parameter[]): CompiledTemplate {
  const args = parameters.map(({ name, schema }) => `$(params.${name}${schema?.type === 'array' ? '[*]' : ''})`);
  const containers = [{ name: 'echo', image: 'busybox', args }];
  return compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), parameters });
}

function argsOf(template: CompiledTemplate): string[] | undefined {
  const { template: tried, parameters } = trialOf(template);
  const rendered = render(tried, echoRun({ parameters }));
  if ('errors' in rendered) throw new Error(JSON.stringify(rendered.errors));
  return rendered.job.spec?.template.spec?.containers[0]?.args;
}

describe('trialOf', () => {
  it('renders a template with the values that it has', () => {
    const template = compiled([
      { name: 'day', default: 'today' },
      { name: 'month', schema: { ...MONTH, examples: ['2026-11'] } },
    ]);
    expect(argsOf(template)).toEqual(['today', '2026-11']);
    expect(trialOf(template)).toMatchObject({ template, warnings: [] });
  });

  it('renders the rest of a template if a value is missing, and names the parameter', () => {
    const template = compiled([
      { name: 'day', default: 'today' },
      { name: 'month', schema: MONTH },
      { name: 'months', schema: { type: 'array', items: MONTH, minItems: 1, maxItems: 9 } },
    ]);
    expect(argsOf(template)).toEqual(['today', '1', '1']);
    expect(trialOf(template).warnings).toEqual([
      'fields with a parameter that has no default, enum or example were not checked; to have them checked, add schema.examples to "month", "months"',
    ]);
  });
});

it('a made-up value has the type of its parameter', () => {
  const long = (type: 'integer' | 'boolean'): Parameter['schema'] => ({
    type: 'array',
    items: { type },
    minItems: 5000,
  });
  const spec = {
    containers: [{ name: 'echo', image: 'busybox', args: ['$(params.flags[*])'] }],
    securityContext: { supplementalGroups: ['$(params.gids[*])'] },
  } as object;
  const { template, parameters } = trialOf(
    compileTemplate({
      ...echoTemplate({ template: { spec } as never }),
      parameters: [
        { name: 'gids', schema: long('integer') },
        { name: 'flags', schema: long('boolean') },
      ] as Parameter[],
    }),
  );
  expect(template.errors).toEqual([]);
  expect(parameters).toEqual({ gids: [1], flags: [false] });
});

describe('trialFindings', () => {
  const args = 'spec.template.spec.containers[0].args';
  const error = (path: string): FieldError => ({ path, reason: 'FieldValueInvalid', message: 'Invalid value: wrong' });
  const refused = "a Job with the template's own values for its parameters would be refused: ";

  it.each<[string, Parameter, string, object]>([
    [
      'a field without placeholders is an error',
      { name: 'x' },
      'spec.backoffLimit',
      { errors: [error('spec.backoffLimit')], warnings: [] },
    ],
    [
      'a field with the same beginning is an error',
      { name: 'x' },
      `${args}X`,
      { errors: [error(`${args}X`)], warnings: [] },
    ],
    ['a field with a made-up value is ignored', { name: 'x' }, `${args}[0]`, { errors: [], warnings: [] }],
    ['a field with a pattern is ignored', { name: 'x', schema: MONTH }, `${args}[0]`, { errors: [], warnings: [] }],
    [
      'a field with a default is a warning',
      { name: 'x', default: 'a' },
      `${args}[0]`,
      { errors: [], warnings: [`${refused}${args}[0]: Invalid value: wrong`] },
    ],
    [
      'a list with an example is a warning',
      { name: 'x', schema: { type: 'array', items: { type: 'string' }, examples: [['a']] } },
      args,
      { errors: [], warnings: [`${refused}${args}: Invalid value: wrong`] },
    ],
    [
      'a field with an enum is a warning',
      { name: 'x', schema: { type: 'string', enum: ['a'] } },
      `${args}[0]`,
      { errors: [], warnings: [`${refused}${args}[0]: Invalid value: wrong`] },
    ],
  ])('%s', (_, parameter, path, expected) => {
    expect(trialFindings(compiled([parameter]), [error(path)])).toEqual(expected);
  });

  it('a field with a value of the template and a made-up one is ignored', () => {
    const containers = [{ name: 'echo', image: '$(params.a):$(params.b)' }];
    const parameters = [{ name: 'a', default: 'x' }, { name: 'b' }];
    const template = compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), parameters });
    const findings = trialFindings(template, [error('spec.template.spec.containers[0].image')]);
    expect(findings).toEqual({ errors: [], warnings: [] });
  });
});

describe('a label with a sample value', () => {
  const template = compileTemplate({
    ...echoTemplate({
      template: {
        metadata: { labels: { day: '$(params.day)', team: 'a b' } },
        spec: { containers: [{ name: 'echo', image: 'busybox' }] },
      },
    }),
    parameters: [{ name: 'day' }],
  });
  const at = (path: string): FieldError => ({ path, reason: 'FieldValueInvalid', message: 'wrong' });
  const LABELS = 'spec.template.metadata.labels';

  it.each<[string, string, boolean]>([
    ['hides no error of another label', `${LABELS}[team]`, true],
    ['is not an error itself', `${LABELS}[day]`, false],
    ['may be the cause of an error of all labels', LABELS, false],
  ])('%s', (_, path, isError) => {
    expect(trialFindings(template, [at(path)])).toEqual({ errors: isError ? [at(path)] : [], warnings: [] });
  });
});

describe('trialFindings', () => {
  it('does not refuse a template for a request that only a made-up limit is too low for', () => {
    const resources = { requests: { memory: '256Mi' }, limits: { memory: '$(params.memory)' } };
    const containers = [{ name: 'echo', image: 'busybox', resources }];
    const template = compileTemplate({
      ...echoTemplate({ template: { spec: { containers } } }),
      parameters: [{ name: 'memory', schema: { type: 'string', pattern: '^[0-9]+Gi$', maxLength: 5 } }],
    });
    const at = (path: string): FieldError => ({ path, reason: 'FieldValueInvalid', message: 'wrong' });
    const pod = 'spec.template.spec';
    const errors = [at(`${pod}.containers[0].resources.requests`), at(`${pod}.containers[0].command`)];
    expect(trialFindings(template, errors)).toEqual({ errors: [errors[1]], warnings: [] });
  });

  it('finds the field of a refusal at a key with very many dots', () => {
    const key = 'a.'.repeat(100_000);
    const containers = [{ name: 'echo', image: 'busybox', resources: { limits: { [key]: '$(params.a)' } } }];
    const parameters = [{ name: 'a', default: '1' }];
    const template = compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), parameters });
    const path = `spec.template.spec.containers[0].resources.limits[${key}]`;
    const { errors, warnings } = trialFindings(template, [{ path, reason: 'FieldValueInvalid', message: 'wrong' }]);
    expect(errors).toEqual([]);
    expect(warnings).toHaveLength(1);
  });
});
