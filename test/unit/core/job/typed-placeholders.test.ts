import { describe, expect, it } from 'vitest';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import { validateJobTemplate } from '../../../../api/validators.ts';
import { substitute } from '../../../../core/job/substitute.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { maximalJobSpec } from '../../../integration/job-spec-samples.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const PARAMETERS: Parameter[] = [
  { name: 'n', schema: { type: 'integer' }, default: 7 },
  { name: 'b', schema: { type: 'boolean' }, default: true },
  { name: 's', default: 's' },
  { name: 'gids', schema: { type: 'array', items: { type: 'integer' } }, default: [1, 2] },
];

const template = (spec: object): JobTemplate => ({
  ...echoTemplate(spec),
  spec: spec as JobTemplate['spec'],
  parameters: PARAMETERS,
});

function substituted(spec: object, parameters: Record<string, ParameterValue> = {}): unknown {
  const compiled = compileTemplate(template(spec));
  expect(compiled.errors).toEqual([]);
  const result = substitute(compiled, echoRun({ parameters }));
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.spec;
}

/** The value with a placeholder in place of each number and each boolean. */
function withPlaceholders(value: unknown): unknown {
  if (value === 7) return '$(params.n)';
  if (value === true) return '$(params.b)';
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPlaceholders(inner)]));
}

/** Without the fields that Kubernetes' schema does not have, and without those that no Job may have. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([key]) => !['aNewerField', 'ephemeralContainers'].includes(key));
  return Object.fromEntries(fields.map(([key, inner]) => [key, known(inner)]));
}

const CONTAINER = { name: 'main', image: 'busybox' };
const withContainer = (fields: object): object => ({
  template: { spec: { containers: [{ ...CONTAINER, ...fields }] } },
});

describe('a placeholder that is a whole value', () => {
  it('becomes a number or a boolean in every field of a Job that takes one', () => {
    const spec = known(maximalJobSpec()) as object;
    const placeholders = withPlaceholders(spec) as object;
    expect(JSON.stringify(placeholders)).toContain('"parallelism":"$(params.n)"');
    expect(JSON.stringify(placeholders)).toContain('"suspend":"$(params.b)"');
    expect(validateJobTemplate(template(placeholders))).toEqual([]);
    expect(substituted(placeholders)).toEqual(spec);
  });

  it.each<[string, object, object]>([
    [
      'the port of a probe',
      { readinessProbe: { httpGet: { port: '$(params.n)' } } },
      { readinessProbe: { httpGet: { port: 7 } } },
    ],
    [
      'the name of a port',
      { readinessProbe: { httpGet: { port: '$(params.s)' } } },
      { readinessProbe: { httpGet: { port: 's' } } },
    ],
    [
      'the name of a port with a number in it',
      { readinessProbe: { httpGet: { port: 'http-$(params.n)' } } },
      { readinessProbe: { httpGet: { port: 'http-7' } } },
    ],
    [
      'the name of a port that is put together',
      { readinessProbe: { httpGet: { port: '$(params.s)$(params.n)' } } },
      { readinessProbe: { httpGet: { port: 's7' } } },
    ],
    ['a limit', { resources: { limits: { cpu: '$(params.n)' } } }, { resources: { limits: { cpu: 7 } } }],
    [
      'a limit with a unit',
      { resources: { limits: { memory: '$(params.n)Gi' } } },
      { resources: { limits: { memory: '7Gi' } } },
    ],
    ['an argument', { args: ['$(params.n)', '$(params.b)'] }, { args: ['7', 'true'] }],
    ['a variable', { env: [{ name: 'A', value: '$(params.n)' }] }, { env: [{ name: 'A', value: '7' }] }],
  ])('is %s', (_, fields, expected) => {
    expect(substituted(withContainer(fields))).toEqual(withContainer(expected));
  });

  it('takes the value of the run', () => {
    expect(
      substituted({ ...withContainer({}), suspend: '$(params.b)', parallelism: '$(params.n)' }, { n: 0, b: false }),
    ).toEqual({
      ...withContainer({}),
      suspend: false,
      parallelism: 0,
    });
  });

  it('inserts the elements of a list as numbers', () => {
    const spec = (supplementalGroups: unknown[]): object => ({
      template: { spec: { containers: [CONTAINER], securityContext: { supplementalGroups } } },
    });
    expect(substituted(spec([5, '$(params.gids[*])', '$(params.n)']))).toEqual(spec([5, 1, 2, 7]));
  });
});

describe('a template is refused', () => {
  const errorsOf = (spec: object): string[] =>
    compileTemplate(template({ ...withContainer({}), ...spec })).errors.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it.each<[string, object, string]>([
    [
      'if a string is used as a number',
      { parallelism: '$(params.s)' },
      'spec.parallelism: Invalid value: "$(params.s)": the field takes a whole number, and parameter "s" is of type string; declare schema.type: integer',
    ],
    [
      'if a number is used as a boolean',
      { suspend: '$(params.n)' },
      'spec.suspend: Invalid value: "$(params.n)": the field takes true or false, and parameter "n" is of type integer; declare schema.type: boolean',
    ],
    [
      'if a number is put together from text',
      { backoffLimit: '1$(params.n)' },
      'spec.backoffLimit: Invalid value: "$(params.n)": the field takes a whole number, and this is text; write $(params.n) alone',
    ],
    [
      'if a port is put together from numbers',
      { ...withContainer({ readinessProbe: { httpGet: { port: '80$(params.n)' } } }) },
      'spec.template.spec.containers[0].readinessProbe.httpGet.port: Invalid value: "$(params.n)": the field takes a whole number or a name, and this is text; write $(params.n) alone',
    ],
    [
      'if elements of the wrong type are inserted',
      { ...withContainer({ ports: [{ containerPort: '$(params.b)' }] }) },
      'spec.template.spec.containers[0].ports[0].containerPort: Invalid value: "$(params.b)": the field takes a whole number, and parameter "b" is of type boolean; declare schema.type: integer',
    ],
  ])('%s', (_, spec, expected) => {
    expect(errorsOf(spec)).toEqual([expected]);
  });
});
