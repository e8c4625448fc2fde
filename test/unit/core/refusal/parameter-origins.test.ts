import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Parameter, ParameterValue } from '../../../../api/parameter.ts';
import { parameterOrigins } from '../../../../core/refusal/parameter-origins.ts';
import { parameterValues } from '../../../../core/parameters/values.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

type Spec = Partial<JobRun['spec']>;
type Values = Record<string, ParameterValue>;

const PARAMETERS: Parameter[] = [
  { name: 'day', default: 'monday' },
  { name: 'zone', default: 'a' },
  { name: 'files', schema: { type: 'array', items: { type: 'string' } }, default: ['1', '2', '3'] },
];

const ARGS = [
  'fixed',
  '$(params.files[*])',
  '$(params.day)',
  'on $(params.day), not on $(params.day)',
  '$(params.day) in $(params.zone)',
  '$$(params.day)',
  '$(params.files[*])',
];

const template = compileTemplate({
  ...echoTemplate({
    template: {
      metadata: { labels: { 'example.com/day': '$(params.day)' } },
      spec: { containers: [{ name: 'echo', image: 'busybox', args: ARGS }] },
    },
  }),
  parameters: PARAMETERS,
});

/** The path in the run of the value at a path of the Job. */
function originOf(path: string, spec: Spec): string | undefined {
  expect(template.errors).toEqual([]);
  const run = echoRun(spec);
  const resolved = parameterValues(template, run);
  if ('errors' in resolved) throw new Error(JSON.stringify(resolved.errors));
  return parameterOrigins(template, run, resolved.values).of(path);
}

const arg = (index: number): string => `spec.template.spec.containers[0].args[${index}]`;
const DAY = 'spec.parameters[day]';

describe('a string of the Job comes from a parameter', () => {
  const parameters = { day: 'friday', zone: 'b', files: ['x', 'y'] };
  it.each([
    ['if it is the parameter', arg(3), DAY],
    ['if it contains only this parameter, even twice', arg(4), DAY],
    ['if it is the value of a key', 'spec.template.metadata.labels[example.com/day]', DAY],
    ['if it is the first element', arg(1), 'spec.parameters[files][0]'],
    ['if it is the last element', arg(2), 'spec.parameters[files][1]'],
    ['if it is an element after other elements', arg(8), 'spec.parameters[files][1]'],
  ])('%s', (_sentence, path, origin) => {
    expect(originOf(path, { parameters })).toBe(origin);
  });

  it.each([
    ['without a parameter', arg(0)],
    ['with an escaped placeholder', arg(6)],
    ['beyond the end of the list', arg(9)],
    ['in another field', 'spec.template.spec.containers[0].image'],
  ])('but not a string %s', (_sentence, path) => {
    expect(originOf(path, { parameters })).toBeUndefined();
  });
});

describe('a string of two parameters', () => {
  it.each<[string, Values, string | undefined]>([
    ['comes from both, if the run sets both', { day: 'friday', zone: 'b', files: ['x', 'y'] }, 'spec.parameters'],
    ['comes from the one that the run sets', { zone: 'b', files: ['x', 'y'] }, 'spec.parameters[zone]'],
    ['comes from the template, if the run sets neither', { files: ['x', 'y'] }, undefined],
  ])('%s', (_sentence, parameters, origin) => {
    expect(originOf(arg(5), { parameters })).toBe(origin);
  });
});

describe('the elements of a list move the strings after them', () => {
  it.each<[string, Values, string]>([
    ['none', { day: 'friday', files: [] }, arg(1)],
    ['one', { day: 'friday', files: ['x'] }, arg(2)],
    ['four', { day: 'friday', files: ['w', 'x', 'y', 'z'] }, arg(5)],
    ['three by default', { day: 'friday' }, arg(4)],
  ])('%s', (_count, parameters, path) => {
    expect(originOf(path, { parameters })).toBe(DAY);
  });
});

describe('a value that the run does not set comes from the template', () => {
  it.each<[string, Spec, string]>([
    ['the default of a string', { parameters: { zone: 'b' } }, arg(4)],
    ['the default of a list', { parameters: { day: 'friday' } }, arg(1)],
    ['without parameters', {}, arg(4)],
    ['with null for the parameters', { parameters: null as unknown as Values }, arg(4)],
    ['with null for the parameter', { parameters: { day: null as unknown as ParameterValue } }, arg(4)],
  ])('%s', (_sentence, spec, path) => {
    expect(originOf(path, spec)).toBeUndefined();
  });
});
