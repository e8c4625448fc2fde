import { compileTemplate } from '../../../../core/template/compile.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { DEFAULT_OVERRIDES, OVERRIDES, type Override } from '../../../../api/names.ts';
import type { Job } from '../../../../api/wire.ts';
import { formatFieldError } from '../../../../core/errors/field-error.ts';
import { overrideErrors, overridesOf, suspendErrors, withOverrides } from '../../../../core/overrides/overrides.ts';
import { render } from '../../../../core/job/render.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun, echoTemplate } from '../objects.ts';

type Spec = Partial<JobRun['spec']>;

/** A template with an example of every overridable field; runs may override them all. */
function template(allow: Override[] = [...OVERRIDES]): JobTemplate {
  return {
    ...echoTemplate({
      parallelism: 1,
      template: {
        metadata: { labels: { team: 'red' }, annotations: { note: 'template' } },
        spec: {
          restartPolicy: 'Never',
          nodeSelector: { disk: 'ssd', zone: 'a' },
          tolerations: [{ key: 'gpu' }],
          priorityClassName: 'low',
          initContainers: [{ name: 'fetch', image: 'curl', args: ['-s'] }],
          containers: [
            {
              name: 'main',
              image: 'app:1',
              command: ['app'],
              args: ['--all'],
              env: [
                { name: 'A', value: '1' },
                { name: 'B', value: '2' },
              ],
              envFrom: [{ configMapRef: { name: 'base' } }],
              resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1' } },
            },
            { name: 'sidecar', image: 'side:1' },
          ],
        },
      },
    }),
    overrides: { allow },
  };
}

function rendered(spec: Spec, of: JobTemplate = template()): Job {
  const result = render(compileTemplate(of), echoRun(spec));
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.job;
}

const podSpec = (spec: Spec) => rendered(spec).spec!.template.spec!;
const container = (spec: Spec, name = 'main') =>
  [...podSpec(spec).containers, ...podSpec(spec).initContainers!].find((one) => one.name === name)!;

describe('a run can override', () => {
  test.each<[string, Spec, object]>([
    ['the image', { image: 'app:2' }, { image: 'app:2' }],
    [
      'a variable in its place',
      { env: [{ name: 'A', value: '9' }] },
      {
        env: [
          { name: 'A', value: '9' },
          { name: 'B', value: '2' },
        ],
      },
    ],
    [
      'variables, new ones at the end',
      {
        env: [
          { name: 'C', value: '3' },
          { name: 'B', value: '$(A)' },
        ],
      },
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)' },
          { name: 'C', value: '3' },
        ],
      },
    ],
    [
      'a value by a reference',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          { name: 'B', value: '2' },
        ],
      },
    ],
    ['all variables, to none', { env: [] }, { env: [] }],
    [
      'one resource',
      { resources: { limits: { memory: '2Gi' } } },
      { resources: { limits: { cpu: '1', memory: '2Gi' }, requests: { cpu: '1' } } },
    ],
    ['the limits, to none', { resources: { limits: {} } }, { resources: { limits: {}, requests: { cpu: '1' } } }],
    ['the resources, to none', { resources: {} }, { resources: {} }],
    [
      'a source of variables',
      { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 's' } }] }] },
      { envFrom: [{ configMapRef: { name: 'base' } }, { secretRef: { name: 's' } }] },
    ],
    ['all sources of variables, to none', { containers: [{ name: 'main', envFrom: [] }] }, { envFrom: [] }],
    [
      'the first container by its name',
      { containers: [{ name: 'main', args: ['x'], command: [] }] },
      { args: ['x'], command: [] },
    ],
  ])('%s', (_, spec, expected) => {
    expect(container(spec)).toMatchObject(expected);
  });

  test('any container and init container by its name, and no other', () => {
    const spec: Spec = {
      containers: [
        { name: 'fetch', args: ['-v'] },
        { name: 'sidecar', image: 'side:2' },
      ],
    };
    expect(container(spec, 'fetch')).toEqual({ name: 'fetch', image: 'curl', args: ['-v'] });
    expect(container(spec, 'sidecar')).toEqual({ name: 'sidecar', image: 'side:2' });
    expect(container(spec)).toEqual(container({}));
  });

  test.each<[string, Spec, object]>([
    ['parallelism', { parallelism: 0 }, { parallelism: 0 }],
    ['completions', { completions: 5 }, { completions: 5 }],
    ['backoffLimit', { backoffLimit: 0 }, { backoffLimit: 0 }],
    ['activeDeadlineSeconds', { activeDeadlineSeconds: 60 }, { activeDeadlineSeconds: 60 }],
    ['ttlSecondsAfterFinished', { ttlSecondsAfterFinished: 7200 }, { ttlSecondsAfterFinished: 7200 }],
    ['suspend', { suspend: true }, { suspend: true }],
  ])('%s of the Job', (_, spec, expected) => {
    expect(rendered(spec).spec).toMatchObject({ parallelism: 1, ...expected });
  });

  test.each<[string, Spec, object]>([
    ['one label of the nodes', { nodeSelector: { zone: 'b' } }, { nodeSelector: { disk: 'ssd', zone: 'b' } }],
    ['all labels of the nodes, to none', { nodeSelector: {} }, { nodeSelector: {} }],
    ['the tolerations', { tolerations: [{ key: 'spot' }] }, { tolerations: [{ key: 'spot' }] }],
    ['the tolerations, to none', { tolerations: [] }, { tolerations: [] }],
    ['the priority class', { priorityClassName: 'high' }, { priorityClassName: 'high' }],
    ['the priority class, to none', { priorityClassName: '' }, { priorityClassName: '' }],
  ])('%s', (_, spec, expected) => {
    expect(podSpec(spec)).toMatchObject(expected);
  });

  test('labels and annotations, of the Job and of its Pods', () => {
    const labels = { 'kueue.x-k8s.io/queue-name': 'batch', team: 'blue' };
    const job = rendered({ metadata: { labels, annotations: { note: 'run' } } });
    for (const { labels: has, annotations } of [job.metadata!, job.spec!.template.metadata!]) {
      expect(has).toMatchObject(labels);
      expect(annotations).toMatchObject({ note: 'run', 'hematoscope.app/job-run-name': 'echo-hello' });
    }
  });

  test('nothing with null, which is the same as absent', () => {
    const nothing = { args: null, env: null, resources: null, containers: null, metadata: null, suspend: null };
    expect(rendered(nothing as unknown as Spec)).toEqual(rendered({}));
  });
});

describe('a run cannot override', () => {
  const errors = (spec: Spec, of = template()) =>
    overrideErrors(compileTemplate(of), echoRun(spec)).map(formatFieldError);

  test.each<[string, Spec, string[]]>([
    [
      'a container that does not exist',
      { containers: [{ name: 'mian', args: [] }] },
      [
        'spec.containers[0].name: Not found: "mian": the template has no such container; did you mean "main"? it has "main", "sidecar", "fetch"',
      ],
    ],
    [
      'a container twice',
      { containers: [{ name: 'main' }, { name: 'main' }] },
      ['spec.containers[1]: Duplicate value: {"name":"main"}'],
    ],
    [
      'args of the first container in both forms',
      { args: ['a'], containers: [{ name: 'main', args: ['b'] }] },
      [
        'spec.containers[0].args: Duplicate value: container "main" is the first one, and spec.args sets the same field of it; set one of the two',
      ],
    ],
    [
      'labels that show which run a Job belongs to',
      { metadata: { labels: { 'hematoscope.app/job-run': 'x', 'app.kubernetes.io/managed-by': 'x' } } },
      [
        'spec.metadata.labels[hematoscope.app/job-run]: Forbidden: is set by job-template-run itself',
        'spec.metadata.labels[app.kubernetes.io/managed-by]: Forbidden: can be what Services, NetworkPolicies and deployment tools select by: only the template can set it',
      ],
    ],
  ])('%s', (_, spec, expected) => {
    expect(errors(spec)).toEqual(expected);
  });

  test('different fields of the first container in both forms are not a contradiction', () => {
    expect(errors({ args: ['a'], containers: [{ name: 'main', command: ['b'] }] })).toEqual([]);
  });

  const each: Record<Exclude<Override, 'metadata'>, Spec> = {
    args: { args: [] },
    command: { containers: [{ name: 'sidecar', command: ['x'] }] },
    env: { containers: [{ name: 'sidecar', envFrom: [] }] },
    resources: { resources: {} },
    parallelism: { parallelism: 0 },
    completions: { completions: 1 },
    backoffLimit: { backoffLimit: 1 },
    activeDeadlineSeconds: { activeDeadlineSeconds: 1 },
    ttlSecondsAfterFinished: { ttlSecondsAfterFinished: 1 },
    suspend: { suspend: false },
    labels: { metadata: { labels: {} } },
    annotations: { metadata: { annotations: {} } },
    image: { image: 'x' },
    nodeSelector: { nodeSelector: {} },
    tolerations: { tolerations: [] },
    priorityClassName: { priorityClassName: '' },
  };

  const names = OVERRIDES.filter((name) => name !== 'metadata');

  test.each(names)('%s if it is not in the allow list', (name) => {
    const others = names.filter((other) => other !== name);
    expect(errors(each[name], template(others))).toEqual([
      expect.stringMatching(/^spec\..*: Forbidden: JobTemplate "echo" allows only /),
    ]);
    expect(errors(each[name], template([name]))).toEqual([]);
    expect(overridesOf(echoRun(each[name]))).toEqual([name]);
  });

  test('anything if the allow list is empty', () => {
    for (const spec of Object.values(each)) {
      expect(errors(spec, template([]))).toEqual([
        expect.stringMatching(/: Forbidden: JobTemplate "echo" allows no overrides$/),
      ]);
    }
  });

  test.each(['labels', 'annotations'] as const)('%s only if the list has them, or the older word metadata', (name) => {
    expect(errors(each[name], template(['metadata']))).toEqual([]);
    const other = name === 'labels' ? 'annotations' : 'labels';
    expect(errors(each[name], template([other]))).toEqual([
      `spec.metadata.${name}: Forbidden: JobTemplate "echo" allows only ${other}`,
    ]);
  });

  test('annotations, image, nodes and priority if the template has no allow list', () => {
    const without = template();
    delete without.overrides;
    const refused = names.filter((name) => errors(each[name], without).length > 0);
    expect(refused).toEqual(['annotations', 'image', 'nodeSelector', 'tolerations', 'priorityClassName']);
    expect([...DEFAULT_OVERRIDES, ...refused].sort()).toEqual([...names].sort());
  });
});

test('whatever variables a run sets, the last one of a name wins, and no other variable of the template changes', () => {
  const variable = fc.record({ name: fc.constantFrom('A', 'B', 'C', 'D'), value: fc.string() });
  fc.assert(
    fc.property(fc.array(variable, { minLength: 1, maxLength: 6 }), (env) => {
      const result = container({ env }).env!;
      const last = (list: { name: string; value?: string }[]) => new Map(list.map(({ name, value }) => [name, value]));
      const wanted = new Map([
        ...last([
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ]),
        ...last(env),
      ]);
      expect(last(result)).toEqual(wanted);
    }),
  );
});

describe('an override that is refused', () => {
  const errorsOf = (spec: Spec, of = template()) => overrideErrors(compileTemplate(of), echoRun(spec));

  test('is forbidden, and the message lists all allowed fields', () => {
    expect(errorsOf({ image: 'x' }, template(['args', 'env']))).toEqual([
      fieldError('spec.image', 'FieldValueForbidden', /JobTemplate "echo" allows only args, env$/),
    ]);
  });

  test('is reported for each field of each container and of the Job, at its own path', () => {
    const spec: Spec = {
      args: [],
      suspend: true,
      nodeSelector: {},
      metadata: { annotations: {} },
      containers: [{ name: 'sidecar', envFrom: [], image: 'x' }],
    };
    expect(errorsOf(spec, template([])).map(({ path }) => path)).toEqual([
      'spec.args',
      'spec.containers[0].envFrom',
      'spec.containers[0].image',
      'spec.suspend',
      'spec.nodeSelector',
      'spec.metadata.annotations',
    ]);
  });

  test.each<[string, Spec, object]>([
    [
      'a container without a similar name',
      { containers: [{ name: 'database' }] },
      fieldError(
        'spec.containers[0].name',
        'FieldValueNotFound',
        /"database": [^?]*; it has "main", "sidecar", "fetch"$/,
      ),
    ],
    [
      'a container without a name',
      { containers: [{ args: [] }] as unknown as NonNullable<Spec['containers']> },
      fieldError('spec.containers[0].name', 'FieldValueNotFound', /^Not found: "": /),
    ],
    [
      'a container twice',
      { containers: [{ name: 'main' }, { name: 'main' }] },
      fieldError('spec.containers[1]', 'FieldValueDuplicate', /"main"/),
    ],
    [
      'args of the first container in both forms',
      { args: [], containers: [{ name: 'main', args: [], image: 'x' }] },
      fieldError('spec.containers[0].args', 'FieldValueDuplicate', /container "main" .*spec\.args/),
    ],
  ])('is one of %s', (_, spec, expected) => {
    expect(errorsOf(spec)).toEqual([expected]);
  });

  test('is not reported if another container than the first has the same field', () => {
    expect(errorsOf({ args: [], containers: [{ name: 'sidecar', args: [] }] })).toEqual([]);
  });

  test('is also reported for a template without a Pod spec', () => {
    const of = { ...template(), spec: { template: {} } };
    expect(errorsOf({ containers: [{ name: 'a' }] }, of)).toMatchObject([{ path: 'spec.containers[0].name' }]);
  });
});

describe('the overrides of a run', () => {
  test('have each name once, in the order of the list', () => {
    const spec: Spec = { image: 'x', args: [], containers: [{ name: 'a', envFrom: [], env: [], args: [] }] };
    expect(overridesOf(echoRun(spec))).toEqual(['args', 'env', 'image']);
  });

  test('are empty if metadata has only nulls', () => {
    expect(overridesOf(echoRun({ metadata: { labels: null, annotations: null } } as unknown as Spec))).toEqual([]);
    expect(overridesOf(echoRun({ metadata: {} }))).toEqual([]);
  });
});

describe('suspending a stored run', () => {
  const errorsOf = (spec: Spec, allow: Override[]) => suspendErrors(compileTemplate(template(allow)), echoRun(spec));

  test('is denied if the template does not allow it, whatever else the run overrides', () => {
    const spec: Spec = { suspend: false, image: 'x', containers: [{ name: 'none' }] };
    expect(errorsOf(spec, ['args'])).toEqual([
      fieldError('spec.suspend', 'FieldValueForbidden', /JobTemplate "echo" allows only args$/),
    ]);
    expect(errorsOf(spec, ['suspend'])).toEqual([]);
  });

  test('is reported for a ClusterJobTemplate with its kind', () => {
    expect(errorsOf({ suspend: true, templateKind: 'ClusterJobTemplate' }, [])).toEqual([
      fieldError('spec.suspend', 'FieldValueForbidden', /ClusterJobTemplate "echo" allows no overrides$/),
    ]);
  });

  test('is not checked if the run does not set it', () => {
    expect(errorsOf({ image: 'x' }, [])).toEqual([]);
  });
});

test('a template without a Pod spec still has the fields of the Job', () => {
  const run = echoRun({ parallelism: 2, args: ['x'], nodeSelector: { a: 'b' } });
  expect(withOverrides({ template: {} }, run)).toStrictEqual({ template: {}, parallelism: 2 });
});
