import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { withContainerOverrides, type PodSpec } from '../../../../core/overrides/container-overrides.ts';
import { echoRun } from '../objects.ts';

type Spec = Partial<JobRun['spec']>;

const POD: PodSpec = {
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
      resources: { limits: { cpu: '1' }, requests: { cpu: '1' }, claims: [{ name: 'gpu' }] },
    },
    { name: 'sidecar', image: 'side:1' },
  ],
};

const overridden = (spec: unknown, podSpec = POD) => withContainerOverrides(podSpec, echoRun(spec as Spec));
const main = (spec: unknown) => overridden(spec).containers[0]!;
const byName = (fields: object, name = 'main') => ({ containers: [{ name, ...fields }] });

describe('a container with overrides', () => {
  it.each<[string, unknown, object]>([
    ['args', { args: ['x'] }, { args: ['x'], command: ['app'] }],
    ['no args', { args: [] }, { args: [] }],
    ['a command', { command: ['x'] }, { command: ['x'], args: ['--all'] }],
    ['no command', { command: [] }, { command: [] }],
    ['an image', { image: 'app:2' }, { image: 'app:2' }],
    [
      "the template's values, for null",
      { args: null, command: null, env: null, image: null, resources: null },
      POD.containers[0]!,
    ],
    ["the template's value of a field that a run cannot set", { workingDir: '/' }, POD.containers[0]!],
    ["the template's envFrom, for envFrom at the top", { envFrom: [] }, POD.containers[0]!],
  ])('has %s', (_, spec, expected) => {
    expect(main(spec)).toEqual({ ...POD.containers[0]!, ...expected });
  });

  it.each<[string, unknown, unknown]>([
    ["in place of the template's", [{ name: 'A', value: '9' }], ['A=9', 'B=2']],
    ["after the template's", [{ name: 'C', value: '3' }], ['A=1', 'B=2', 'C=3']],
    [
      "in both places, in the run's order",
      [
        { name: 'D', value: '4' },
        { name: 'B', value: '9' },
        { name: 'C', value: '3' },
      ],
      ['A=1', 'B=9', 'D=4', 'C=3'],
    ],
    [
      'with the last value of a name',
      [
        { name: 'A', value: '8' },
        { name: 'A', value: '9' },
      ],
      ['A=9', 'B=2'],
    ],
    ["none, not even the template's, for an empty list", [], []],
  ])('has variables %s', (_, env, expected) => {
    expect(main({ env }).env!.map(({ name, value }) => `${name}=${value ?? ''}`)).toEqual(expected);
  });

  it('has a variable once even if the template has it twice', () => {
    const twice = { containers: [{ name: 'main', env: [...POD.containers[0]!.env!, { name: 'A', value: '3' }] }] };
    expect(overridden({ env: [{ name: 'A', value: '9' }] }, twice).containers[0]!.env).toEqual([
      { name: 'A', value: '9' },
      { name: 'B', value: '2' },
    ]);
    expect(overridden({ env: [{ name: 'C', value: '9' }] }, twice).containers[0]!.env).toHaveLength(4);
  });

  it('has variables even if the template has none', () => {
    const env = [{ name: 'A', value: '9' }];
    expect(overridden({ env }, { containers: [{ name: 'main' }] }).containers[0]).toEqual({ name: 'main', env });
  });

  it("has envFrom sources after the template's, or none", () => {
    const own = [{ secretRef: { name: 's' } }];
    expect(main(byName({ envFrom: own })).envFrom).toEqual([{ configMapRef: { name: 'base' } }, ...own]);
    expect(main(byName({ envFrom: [] })).envFrom).toEqual([]);
    expect(overridden(byName({ envFrom: own }, 'sidecar')).containers[1]).toMatchObject({ envFrom: own });
  });

  const { limits, requests, claims } = POD.containers[0]!.resources!;

  it.each<[string, object, object]>([
    ['one more resource', { limits: { memory: '1Gi' } }, { limits: { cpu: '1', memory: '1Gi' }, requests, claims }],
    ['another amount', { requests: { cpu: '2' } }, { limits, requests: { cpu: '2' }, claims }],
    ['no limits', { limits: {} }, { limits: {}, requests, claims }],
    ['no requests', { requests: {} }, { limits, requests: {}, claims }],
    ['the same, for null', { limits: null, requests: null, claims: null }, { limits, requests, claims }],
    ['other claims', { claims: [] }, { limits, requests, claims: [] }],
    ['none', {}, {}],
  ])('has resources: %s', (_, resources, expected) => {
    expect(main({ resources }).resources).toEqual(expected);
  });

  it('has resources even if the template has none', () => {
    const resources = { limits: { cpu: '1' }, requests: { cpu: '1' } };
    expect(overridden(byName({ resources }, 'sidecar')).containers[1]).toEqual({
      name: 'sidecar',
      image: 'side:1',
      resources,
    });
  });
});

describe('the container that is overridden', () => {
  it('is the first one for the fields at the top of spec', () => {
    expect(overridden({ image: 'x' })).toEqual({
      ...POD,
      containers: [{ ...POD.containers[0], image: 'x' }, POD.containers[1]],
    });
  });

  it.each<[string, number | undefined]>([
    ['main', 0],
    ['sidecar', 1],
    ['fetch', undefined],
  ])('is the one with the name: %s', (name, index) => {
    const { containers, initContainers } = overridden(byName({ image: 'x' }, name));
    const images = [...containers, ...initContainers!].map(({ image }) => image);
    const expected = ['app:1', 'side:1', 'curl'];
    expected[index ?? 2] = 'x';
    expect(images).toEqual(expected);
  });

  it('is the first one in both forms', () => {
    expect(main({ image: 'x', ...byName({ args: ['y'] }) })).toMatchObject({ image: 'x', args: ['y'] });
  });

  it('is none if no container has the name', () => {
    expect(overridden(byName({ image: 'x' }, 'other'))).toEqual(POD);
  });

  it('is not copied if nothing is overridden', () => {
    expect(overridden({})).toBe(POD);
    expect(overridden(byName({}))).toBe(POD);
  });

  it('gets no init containers if the template has none', () => {
    const { containers } = POD;
    expect(overridden({ image: 'x' }, { containers })).not.toHaveProperty('initContainers');
    const nulls = { containers, initContainers: null } as unknown as PodSpec;
    expect(overridden({ image: 'x' }, nulls)).toHaveProperty('initContainers', null);
  });
});
