import { describe, expect, it } from 'vitest';
import { OVERRIDES } from '../../../../api/names.ts';
import { validateJobRun } from '../../../../api/validators.ts';
import { render } from '../../../../core/job/render.ts';
import { overridesOf } from '../../../../core/overrides/overrides.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const resources = { limits: { cpu: '1', memory: '64Mi' }, requests: { cpu: '1' } };
const container = {
  name: 'main',
  image: 'a',
  args: ['a'],
  command: ['b'],
  env: [{ name: 'A', value: '1' }],
  resources,
};
const open = compileTemplate({
  ...echoTemplate({
    parallelism: 2,
    suspend: true,
    template: {
      metadata: { labels: { team: 'red' }, annotations: { note: 'x' } },
      spec: { containers: [container], nodeSelector: { os: 'linux' }, tolerations: [{ key: 'a' }] },
    },
  }),
  overrides: { allow: [...OVERRIDES] },
});
const closed = compileTemplate({ ...open.content, overrides: { allow: [] } });
const jobOf = (spec: object, template = open) => {
  const result = render(template, echoRun(spec));
  return 'job' in result ? result.job.spec : result.errors;
};

describe('null sets and clears nothing', () => {
  const fields = Object.keys({
    ...(echoRun().spec as object),
    ...Object.fromEntries(OVERRIDES.map((name) => [name, 1])),
  });
  const wholes = fields
    .filter((name) => !['templateRef', 'labels', 'annotations'].includes(name))
    .map((name): [string, object] => [name, { [name]: null }]);

  it.each<[string, object]>([
    ...wholes,
    ['one limit', { resources: { limits: { cpu: null } } }],
    ['all limits', { resources: { limits: { cpu: null, memory: null } } }],
    ['limits and requests', { resources: { limits: null, requests: null } }],
    ['claims', { resources: { claims: null } }],
    ['a limit of a container by name', { containers: [{ name: 'main', resources: { limits: { cpu: null } } }] }],
    ['a label of nodes', { nodeSelector: { zone: null } }],
    ['labels and annotations', { metadata: { labels: null, annotations: null } }],
    ['a label', { metadata: { labels: { team: null } } }],
    ['a reserved annotation', { metadata: { annotations: { 'helm.sh/hook': null } } }],
    ['all at once', { resources: null, nodeSelector: null, args: null, env: null, suspend: null, containers: null }],
  ])('in %s', (_, spec) => {
    expect(jobOf(spec)).toEqual(jobOf({}));
    expect(jobOf(spec, closed)).toEqual(jobOf({}, closed));
    expect(overridesOf(echoRun(spec))).toEqual([]);
  });

  it('beside values, which apply', () => {
    const spec = jobOf({ resources: { limits: { cpu: null, memory: '1Gi' }, requests: null } });
    expect(spec).toMatchObject({
      template: { spec: { containers: [{ resources: { ...resources, limits: { cpu: '1', memory: '1Gi' } } }] } },
    });
  });
});

it.each<[string, object, object]>([
  ['limits', { resources: { limits: {} } }, { resources: { ...resources, limits: {} } }],
  ['resources', { resources: {} }, { resources: {} }],
  ['args', { args: [] }, { args: [] }],
])('an empty value clears %s', (_, spec, expected) => {
  const job = jobOf(spec) as { template: { spec: { containers: object[] } } };
  expect(job.template.spec.containers[0]).toEqual({ ...container, ...expected });
});

it('the schema accepts null in maps, as the API server does', () => {
  const spec = { resources: { limits: { cpu: null }, requests: null, claims: null }, nodeSelector: { a: null } };
  expect(validateJobRun(echoRun(spec as object))).toEqual([]);
});
